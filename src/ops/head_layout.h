#pragma once

#include <vector>

#include "kernels/split_heads.h"
#include "mola/ops/rotary_angles.h"

namespace mola {

/// Heads of tokens as blocks [batch, heads, rows, D], with zeros where no token is: gathered from
/// the rows of a fused output, and put back. `places`, which must outlive this object, says where
/// each segment's tokens are.
class HeadLayout {
 public:
  HeadLayout(const std::vector<HeadPlace>& places, int64_t batches, int64_t rows, int64_t head_dim)
      : places_(places), batches_(batches), rows_(rows), head_dim_(head_dim) {}

  /// The `heads` heads that begin at `column` of wide [N, width] -> [batch * heads * rows, D],
  /// rotated by `rotary` if its angles are defined.
  torch::Tensor split(const torch::Tensor& wide, int64_t column, int64_t heads,
                      const RotaryAngles& rotary = {}) const;

  /// The inverse, into the columns of `wide`: rotates by the transpose, so it is also the gradient
  /// of `split`.
  void merge(const torch::Tensor& blocks, const torch::Tensor& wide, int64_t column, int64_t heads,
             const RotaryAngles& rotary = {}) const;

 private:
  HeadShape shape(const torch::Tensor& wide, int64_t column, int64_t heads) const;
  int64_t tokens_end() const { return places_.back().end; }
  bool has_padding() const;

  const std::vector<HeadPlace>& places_;
  int64_t batches_;
  int64_t rows_;
  int64_t head_dim_;
};

/// Rows [N, width] to be filled, of the options of `like` [N, ...]: those after the first `tokens`,
/// which belong to no segment, are zero.
torch::Tensor zero_after(const torch::Tensor& like, int64_t width, int64_t tokens);

}  // namespace mola
