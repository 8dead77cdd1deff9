#pragma once

#include <torch/types.h>

namespace mola {

/// cos and sin of the angles that rotate queries and keys, [N, D] each (arXiv 2104.09864).
struct RotaryAngles {
  torch::Tensor cos;
  torch::Tensor sin;

  /// Rotates x [N, heads, D] by its positions: x * cos + rotate_half(x) * sin, where rotate_half
  /// swaps the two halves of D and negates the first.
  torch::Tensor apply(const torch::Tensor& x) const;
};

}  // namespace mola
