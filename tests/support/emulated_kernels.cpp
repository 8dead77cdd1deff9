#include "support/cuda_emulation.h"
#include "support/other_device.h"
#include "support/pretend_device.h"
#include "support/pretend_device_parts.h"

#define MOLA_CUDA_ENTRY(function, Arguments, name, T)             \
  [[maybe_unused]] const bool name##_is_known = cuda::add_kernel( \
      #name,                                                      \
      [](const void* arguments) { function(*static_cast<const Arguments<T>*>(arguments)); });

namespace mola {
using namespace cuda;
}
#include "kernels/cuda/cross_entropy.cu"
#include "kernels/cuda/dropout.cu"
#include "kernels/cuda/gate.cu"
#include "kernels/cuda/heads.cu"
#include "kernels/cuda/rms_norm.cu"
#include "kernels/cuda/router.cu"
#include "kernels/cuda/swiglu.cu"

namespace mola {
namespace {

// Opens the memory that the arguments point to, for as long as it lives.
class OpenedArguments {
 public:
  OpenedArguments(const void* arguments, size_t size) {
    const auto* word = static_cast<const uintptr_t*>(arguments);
    for (size_t i = 0; i < size / sizeof(uintptr_t); ++i) {
      const auto* block = DeviceMemory::block_of(reinterpret_cast<const void*>(word[i]));
      if (block != nullptr) opened_.push_back(std::make_unique<DeviceMemory::Opened>(block));
    }
  }

 private:
  std::vector<std::unique_ptr<DeviceMemory::Opened>> opened_;
};

class EmulatedKernels : public DeviceKernels {
 public:
  EmulatedKernels(FusedAttention attention, bool launches)
      : attention_(attention), launches_(launches) {}

  FusedAttention attention(torch::Dtype, int64_t) const override { return attention_; }
  bool launches() const override { return launches_; }
  void launch(const KernelLaunch& launch, torch::Device) override {
    const auto& kernel = cuda::find_kernel(launch.name);
    const OpenedArguments opened(launch.arguments, launch.size);
    cuda::run_blocks(launch.blocks, kThreads, [&] { kernel(launch.arguments); });
    count_launch(launch.name);
  }

 private:
  FusedAttention attention_;
  bool launches_;
};

}  // namespace

torch::Device other_device() { return pretend_device(); }

DeviceAbilities::DeviceAbilities(FusedAttention attention, bool has_kernels) {
  set_device_kernels(other_device().type(),
                     std::make_shared<EmulatedKernels>(attention, has_kernels));
}

DeviceAbilities::~DeviceAbilities() { set_device_kernels(torch::kPrivateUse1, nullptr); }

}  // namespace mola
