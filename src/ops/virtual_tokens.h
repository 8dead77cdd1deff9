#pragma once

#include <torch/types.h>

#include "mola/ops/attention_inputs.h"

namespace mola {

/// The positions of virtual tokens in concatenated segments: `count` of them, P, precede each that
/// begins sequences; a sequence that continues a cached one has them in the cache. The text has N
/// rows and S segments that begin.
class VirtualTokens {
 public:
  VirtualTokens(const AttentionInputs& inputs, int64_t count);

  /// rows [N, ...] of the text -> [N + P S, ...], with `front` [P, ...] before each new sequence
  torch::Tensor put_before(const torch::Tensor& rows, const torch::Tensor& front) const;

  /// rows [N + P S, ...] -> the rows of the text [N, ...]
  torch::Tensor take_away(const torch::Tensor& rows) const;

  /// The first row of each segment, with its virtual tokens; the number of rows at the end.
  std::vector<int64_t> offsets() const;

 private:
  std::vector<int64_t> sizes_;  // per segment: of the virtual tokens, of the text
};

}  // namespace mola
