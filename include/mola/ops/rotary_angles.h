#pragma once

#include <torch/types.h>

namespace mola {

/// cos and sin of the angles that turn queries and keys, [N, D] each.
struct RotaryAngles {
  torch::Tensor cos;
  torch::Tensor sin;

  /// Turns x [N, heads, D] by its positions: x * cos + rotate_half(x) * sin, where rotate_half
  /// swaps the two halves of D and negates the first.
  torch::Tensor apply(const torch::Tensor& x) const;
};

}  // namespace mola
