#include "mola/model/device.h"

#include <ATen/Context.h>
#include <torch/cuda.h>

#include <cstdlib>

#include "model/cuda_kernels.h"
#include "model/cuda_library.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
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
  if (!available) {
    const auto problem = cuda_problem();
    if (name == "cuda") {
      fail("model.device: found 'cuda', but ", problem.empty() ? "CUDA is not available" : problem);
    }
    if (!problem.empty()) log_warning("model.device: " + problem + "; the CPU is used");
    return torch::kCPU;
  }
  use_cuda_kernels();
  return torch::kCUDA;
}

void use_deterministic_algorithms() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // cuBLAS asks for it
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
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
