#include "mola/model/device.h"

#include <torch/cuda.h>

#include "mola/base/error.h"
#include "ops/device.h"

namespace mola {
namespace {

bool cpu_multiplies_in_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;  // every CPU with AMX has it too
#else
  return false;
#endif
}

}  // namespace

torch::Device choose_device(const std::string& name) {
  if (name != "auto" && name != "cpu" && name != "cuda") {
    fail("model.device: found '", name, "', expected auto, cpu or cuda");
  }
  if (name == "cpu") return torch::kCPU;
  const bool available = torch::cuda::is_available();
  if (name == "cuda" && !available) fail("model.device: found 'cuda', but CUDA is not available");
  return available ? torch::kCUDA : torch::kCPU;
}

torch::Dtype choose_dtype(const std::string& name, torch::Device device) {
  if (name != "auto" && name != "f32" && name != "bf16") {
    fail("model.dtype: found '", name, "', expected auto, f32 or bf16");
  }
  if (name == "f32") return torch::kFloat;
  const bool fast = is_gpu(device) || cpu_multiplies_in_bf16();
  return name == "bf16" || fast ? torch::kBFloat16 : torch::kFloat;
}

}  // namespace mola
