#include "model/cuda_library.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "mola/base/log.h"

namespace mola {

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

}  // namespace mola
