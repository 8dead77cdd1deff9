#pragma once

#include <torch/types.h>

namespace mola {

// The norm of rows [..., H] and its gradient by our kernels, for use inside autograd functions.

/// Whether there is a kernel for rows like `x` with this weight.
bool has_norm_kernel(const torch::Tensor& x, const torch::Tensor& weight);

struct NormedRows {
  torch::Tensor sum;      ///< x + delta; x without a delta
  torch::Tensor normed;   ///< weight * sum * inverse
  torch::Tensor inverse;  ///< 1 / sqrt(mean(sum^2) + eps) of each row
};

/// `delta`, of the shape of x, may be undefined.
NormedRows norm_rows(const torch::Tensor& x, const torch::Tensor& delta,
                     const torch::Tensor& weight, double eps);

struct NormRowsGradient {
  torch::Tensor grad;    ///< of the sum
  torch::Tensor normed;  ///< once more, if it was asked for
};

/// By the gradient of the norm, `dy`; `more`, which may be undefined, is added. `rows` needs no
/// norm.
NormRowsGradient norm_rows_gradient(const torch::Tensor& dy, const torch::Tensor& more,
                                    const NormedRows& rows, const torch::Tensor& weight,
                                    bool with_norm);

}  // namespace mola
