#pragma once

#include <vector>

#include "mola/ops/rotary_angles.h"

namespace mola {

/// Splits rows of heads into one matrix [heads, T, D] per sequence, and merges them again. The
/// tokens of all sequences are concatenated; `offsets`, which must outlive this object, has the
/// first token of each sequence, and N at the end.
class HeadLayout {
 public:
  HeadLayout(const std::vector<int64_t>& offsets, int64_t head_dim)
      : offsets_(offsets), head_dim_(head_dim) {}

  /// The `heads` heads that begin at `column` of wide [N, width] -> [N heads, D], rotated by
  /// `rotary` if its angles are defined.
  torch::Tensor split(const torch::Tensor& wide, int64_t column, int64_t heads,
                      const RotaryAngles& rotary = {}) const;

  /// The inverse, into the columns of `wide`: rotates by the transpose, so it is also the gradient
  /// of `split`.
  void merge(const torch::Tensor& by_heads, const torch::Tensor& wide, int64_t column,
             int64_t heads, const RotaryAngles& rotary = {}) const;

 private:
  const std::vector<int64_t>& offsets_;
  int64_t head_dim_;
};

}  // namespace mola
