#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "kernels/simd.h"

namespace mola {

/// The elements of `tensor` as a kernel takes them; the tensor keeps its memory.
template <class T>
T* kernel_data(const torch::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

/// Calls `run` with a null pointer of the type that stands for the dtype of `tensor` in kernels.
/// Throws `c10::Error` for others than fp32, bf16 and float64.
template <class Run>
void for_kernel_type(const torch::Tensor& tensor, const Run& run) {
  if (tensor.scalar_type() == torch::kDouble) return run(static_cast<double*>(nullptr));
  if (tensor.scalar_type() == torch::kFloat) return run(static_cast<float*>(nullptr));
  TORCH_CHECK(tensor.scalar_type() == torch::kBFloat16, "mola: found a tensor of ",
              tensor.scalar_type(), ", expected fp32, bf16 or float64");
  run(static_cast<BFloat16*>(nullptr));
}

/// For the first line of a backward pass that is written by hand: autograd cannot go through it
/// once more. Throws `c10::Error` if it is asked to.
inline void refuse_second_derivatives() {
  TORCH_CHECK(!torch::GradMode::is_enabled(),
              "mola: this gradient has no gradient of its own (create_graph)");
}

/// Rows that are worth a thread of their own.
constexpr int64_t kRowGrain = 16;

}  // namespace mola
