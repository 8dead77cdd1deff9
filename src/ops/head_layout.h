#pragma once

#include <vector>

#include "mola/ops/rotary_angles.h"

namespace mola {

/// Cuts rows of heads into one matrix [heads, T, D] for each sequence, and lays them back. The
/// tokens of all sequences lie end to end; `offsets` says where each begins, and N at the end.
class HeadLayout {
 public:
  HeadLayout(const std::vector<int64_t>& offsets, int64_t head_dim)
      : offsets_(offsets), head_dim_(head_dim) {}

  /// The `heads` that begin at `column` of wide [N, …] -> [N heads, D], turned by `rotary` if its
  /// angles are defined.
  torch::Tensor split(const torch::Tensor& wide, int64_t column, int64_t heads,
                      const RotaryAngles& rotary = {}) const;

  /// The way back, into `wide`: turned by the transpose, so it is the gradient of `split` too.
  void merge(const torch::Tensor& by_heads, const torch::Tensor& wide, int64_t column,
             int64_t heads, const RotaryAngles& rotary = {}) const;

 private:
  const std::vector<int64_t>& offsets_;
  int64_t head_dim_;
};

}  // namespace mola
