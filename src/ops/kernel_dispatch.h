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

/// The dtype that a kernel computes in for tensors of `dtype`: that of `Acc`.
inline torch::Dtype accumulate_dtype(torch::Dtype dtype) {
  return dtype == torch::kDouble ? torch::kDouble : torch::kFloat;
}

/// Rows that are worth a thread of their own.
constexpr int64_t kRowGrain = 16;

/// Calls `run(type, begin, end)` for all of `rows`, on all threads; `type` is a null pointer of the
/// type that stands for the dtype of `tensor` in kernels. Throws `c10::Error` for others than fp32,
/// bf16 and float64.
template <class Run>
void for_rows(const torch::Tensor& tensor, int64_t rows, const Run& run,
              int64_t grain = kRowGrain) {
  const auto on_all_threads = [&](auto* type) {
    at::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) { run(type, begin, end); });
  };
  if (tensor.scalar_type() == torch::kDouble) return on_all_threads(static_cast<double*>(nullptr));
  if (tensor.scalar_type() == torch::kFloat) return on_all_threads(static_cast<float*>(nullptr));
  TORCH_CHECK(tensor.scalar_type() == torch::kBFloat16, "mola: found a tensor of ",
              tensor.scalar_type(), ", expected fp32, bf16 or float64");
  on_all_threads(static_cast<BFloat16*>(nullptr));
}

/// For the first line of a backward pass that is written by hand: autograd cannot go through it
/// once more. Throws `c10::Error` if it is asked to.
inline void refuse_second_derivatives() {
  TORCH_CHECK(!torch::GradMode::is_enabled(),
              "mola: this gradient has no gradient of its own (create_graph)");
}

}  // namespace mola
