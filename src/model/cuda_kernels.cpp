#include "model/cuda_kernels.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "base/file_changes.h"
#include "base/json_file.h"
#include "base/machine.h"
#include "base/output_file.h"
#include "kernels/cuda/sources.h"
#include "model/cuda_compiler.h"
#include "model/cuda_driver.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "ops/device_kernels.h"

namespace mola {
namespace {

class CudaKernels : public DeviceKernels {
 public:
  // Compiles all kernels for the first card, so that one that does not compile is known now.
  CudaKernels() : architecture_(driver_.architecture(0)) {
    for (const auto& source : cuda_sources()) binary(source.name, architecture_, /*anew=*/false);
  }

  FusedAttention attention(torch::Dtype dtype, int64_t head_dim) const override {
    return usual_attention(dtype, head_dim, architecture_);
  }

  bool launches() const override { return true; }

  void launch(const KernelLaunch& launch, torch::Device device) override {
    const c10::impl::VirtualGuardImpl guard(device.type());
    const auto index = device.has_index() ? device.index() : guard.getDevice().index();
    const CudaDriver::Current current(driver_, index);
    const auto function = find(launch, index);
    const auto stream = guard.getStream({device.type(), index});
    driver_.launch(function, launch.blocks, kThreads, launch.arguments,
                   reinterpret_cast<CudaDriver::Stream>(stream.native_handle()));
  }

 private:
  CudaDriver::Function find(const KernelLaunch& launch, int device) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& function = functions_[{device, launch.name}];
    if (function == nullptr) {
      auto& module = modules_[{device, launch.source}];
      if (module == nullptr) {
        module = load(launch.source, driver_.architecture(device));
      }
      function = driver_.find(module, launch.name);
    }
    return function;
  }

  // A file of the cache may be damaged.
  CudaDriver::Module load(const std::string& source, int architecture) const {
    try {
      return driver_.load(binary(source, architecture, /*anew=*/false));
    } catch (const Error& error) {
      log_warning(std::string(error.what()) + "; kernels/cuda/" + source + ".cu is compiled again");
      return driver_.load(binary(source, architecture, /*anew=*/true));
    }
  }

  // From the cache, or compiled.
  std::string binary(const std::string& source, int architecture, bool anew) const {
    const auto folder = cache_folder();
    const auto path = folder + "/cuda/" + source + "-sm_" + std::to_string(architecture) + "-" +
                      compiler_.fingerprint(source, architecture) + ".cubin";
    std::error_code ignored;
    const bool is_kept = !anew && !folder.empty() && std::filesystem::exists(path, ignored);
    if (is_kept) return read_file(path);
    const auto compiled = compiler_.compile(source, architecture).binary;
    if (!folder.empty()) keep(path, compiled);
    return compiled;
  }

  static void keep(const std::string& path, const std::string& binary) {
    try {
      const auto parent = std::filesystem::path(path).parent_path().string();
      check_change(make_folders(parent), parent, "cannot be created");
      write_file(path, binary);
    } catch (const Error& error) {
      log_warning(std::string(error.what()) + "; the next run compiles its kernels again");
    }
  }

  CudaDriver driver_;
  CudaCompiler compiler_;
  int architecture_;  // of the first card
  std::mutex mutex_;
  std::map<std::pair<int, std::string>, CudaDriver::Module> modules_;  // by device and source
  std::map<std::pair<int, std::string>, CudaDriver::Function> functions_;
};

}  // namespace

void use_cuda_kernels() {
  static const auto kernels = []() -> std::shared_ptr<DeviceKernels> {
    try {
      return std::make_shared<CudaKernels>();
    } catch (const Error& error) {
      log_warning(std::string(error.what()) + "; the GPU runs torch's operators, which is slower");
      return nullptr;
    }
  }();
  set_device_kernels(torch::kCUDA, kernels);
}

}  // namespace mola
