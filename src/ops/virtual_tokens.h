#pragma once

#include <torch/types.h>

#include "mola/ops/attention_inputs.h"

namespace mola {

/// Where virtual tokens stand among sequences that lie end to end: `count` of them, P, in front of
/// each sequence that begins; one that goes on from a cache has them there. The text has N rows, S
/// of its sequences begin.
class VirtualTokens {
 public:
  VirtualTokens(const AttentionInputs& inputs, int64_t count);

  /// rows [N, ...] of the text -> [N + P S, ...], with `front` [P, ...] where the virtual tokens
  /// are
  torch::Tensor put_before(const torch::Tensor& rows, const torch::Tensor& front) const;

  /// rows [N + P S, ...] -> those of the text, [N, ...]
  torch::Tensor take_away(const torch::Tensor& rows) const;

  /// Where each sequence begins among all rows, and their number at the end.
  std::vector<int64_t> offsets() const;

 private:
  std::vector<int64_t> sizes_;  // of each sequence, its virtual tokens and its text
};

}  // namespace mola
