#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "kernels/simd.h"

namespace mola {

/// A pointer to the elements of `tensor`, in a kernel's type. The tensor keeps ownership.
template <class T>
T* kernel_data(const torch::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

/// The dtype in which kernels compute for tensors of `dtype`, that of `Acc`.
inline torch::Dtype accumulate_dtype(torch::Dtype dtype) {
  return dtype == torch::kDouble ? torch::kDouble : torch::kFloat;
}

/// The minimum number of rows per thread.
constexpr int64_t kRowGrain = 16;

/// Calls `run(type)`; `type` is a null pointer to the kernels' type for the dtype of `tensor`.
/// Throws `c10::Error` for a dtype other than fp32, bf16 and float64.
template <class Run>
void with_type(const torch::Tensor& tensor, const Run& run) {
  if (tensor.scalar_type() == torch::kDouble) return run(static_cast<double*>(nullptr));
  if (tensor.scalar_type() == torch::kFloat) return run(static_cast<float*>(nullptr));
  TORCH_CHECK(tensor.scalar_type() == torch::kBFloat16, "mola: found a tensor of ",
              tensor.scalar_type(), ", expected fp32, bf16 or float64");
  run(static_cast<BFloat16*>(nullptr));
}

/// Calls `run(type, begin, end)` in parallel for ranges that cover `rows`, with the type of
/// `with_type`.
template <class Run>
void for_rows(const torch::Tensor& tensor, int64_t rows, const Run& run,
              int64_t grain = kRowGrain) {
  with_type(tensor, [&](auto* type) {
    at::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) { run(type, begin, end); });
  });
}

/// Call this first in a hand-written backward pass, which autograd cannot differentiate. Throws
/// `c10::Error` if it should (create_graph).
inline void refuse_second_derivatives() {
  TORCH_CHECK(!torch::GradMode::is_enabled(),
              "mola: second derivatives are not supported (create_graph)");
}

}  // namespace mola
