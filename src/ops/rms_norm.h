#pragma once

#include <torch/types.h>

namespace mola {

/// weight * x / sqrt(mean(x^2) + eps) over the last dimension, with statistics in fp32 (arXiv
/// 1910.07467): x [..., H], weight [H] -> the shape and dtype of x.
torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps);

struct AddedAndNormed {
  torch::Tensor sum;     ///< x + delta
  torch::Tensor normed;  ///< the norm of the sum
};

/// The sum of x and delta, of equal shapes, and its norm, in one pass.
AddedAndNormed add_and_norm(const torch::Tensor& x, const torch::Tensor& delta,
                            const torch::Tensor& weight, double eps);

}  // namespace mola
