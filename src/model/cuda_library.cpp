#include "model/cuda_library.h"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "mola/base/log.h"

namespace mola {
namespace {

// Such as "13.0" of 13000, as CUDA counts.
std::string version_text(int64_t version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

// Calls a function of the driver's that writes a number; -1 if it cannot.
int number_of(void* driver, const char* function) {
  int number = -1;
  auto* symbol = reinterpret_cast<int (*)(int*)>(dlsym(driver, function));
  return symbol != nullptr && symbol(&number) == 0 ? number : -1;
}

}  // namespace

void load_cuda_library() {
  if (dlopen("libcuda.so.1", RTLD_NOW) == nullptr) return;  // the driver's
  Dl_info cpu_part{};
  if (dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &cpu_part) == 0) return;
  const auto path = std::filesystem::path(cpu_part.dli_fname).replace_filename("libtorch_cuda.so");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  // Nothing names a symbol of it: opening it registers the CUDA backend.
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return;
  const std::string problem = dlerror();
  log_warning("CUDA is not available, although there is a driver: " + problem);
}

std::string cuda_problem() {
  auto* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == nullptr) return "";
  auto* start = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  if (start == nullptr || start(0) != 0 || number_of(driver, "cuDeviceGetCount") < 1) return "";
  const auto& torch = at::detail::getCUDAHooks();
  if (!torch.hasCUDART()) return "this machine has a GPU, but LibTorch is built for CPUs alone";
  const int64_t found = number_of(driver, "cuDriverGetVersion");
  const int64_t expected = torch.versionCUDART();
  if (found < expected / 1000 * 1000) {
    return "this machine has a GPU, but its driver is for CUDA " + version_text(found) +
           ", expected at least " + version_text(expected / 1000 * 1000);
  }
  return "this machine has a GPU, but LibTorch cannot use it";
}

}  // namespace mola
