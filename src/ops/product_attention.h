#pragma once

#include <torch/types.h>

#include <vector>

#include "ops/attention_parts.h"
#include "ops/causal_attention.h"
#include "ops/head_layout.h"
#include "ops/kept_attention.h"

namespace mola {

/// Attention by batched matrix products, and its gradient, on a CPU, for use inside an autograd
/// function. Query heads that share a key head are adjacent, so keys and values are not repeated.
class ProductAttention {
 public:
  ProductAttention(const AttentionInputs& inputs, const HeadCounts& heads);

  /// wide [N, heads.width()] -> y [N, heads.query * D]. Fills `kept`, which is empty.
  torch::Tensor forward(const torch::Tensor& wide, std::vector<KeptAttention>& kept) const;

  /// The gradient of `wide`; `dy` is that of y.
  torch::Tensor backward(const torch::Tensor& dy, const std::vector<KeptAttention>& kept) const;

 private:
  HeadLayout queries(const AttentionPart& part) const;
  HeadLayout keys(const AttentionPart& part) const;
  torch::Tensor by_key(const torch::Tensor& blocks, const AttentionPart& part) const;
  ScoreShape score_shape() const;

  RotaryAngles rotary_;
  HeadCounts heads_;
  AttentionParts parts_;
};

}  // namespace mola
