#pragma once

#include <vector>

#include "ops/causal_attention.h"
#include "ops/head_layout.h"
#include "ops/kept_attention.h"

namespace mola {

/// Causal attention of whole sequences by torch's kernel for CPUs, which keeps no probabilities and
/// multiplies in fp32, and its gradient, for use inside an autograd function. Consecutive sequences
/// of equal length are one batch.
class FlashAttention {
 public:
  FlashAttention(const AttentionInputs& inputs, const HeadCounts& heads);

  /// wide [N, heads.width()] -> y [N, heads.query * D]. Fills `kept`, which is empty.
  torch::Tensor forward(const torch::Tensor& wide, std::vector<KeptAttention>& kept) const;

  /// The gradient of `wide`; `dy` is that of y.
  torch::Tensor backward(const torch::Tensor& dy, const std::vector<KeptAttention>& kept) const;

 private:
  struct Run {
    std::vector<HeadPlace> places;
    int64_t time;
  };
  HeadLayout layout(const Run& run) const;
  torch::Tensor by_sequence(const torch::Tensor& blocks, const Run& run, int64_t heads) const;

  RotaryAngles rotary_;
  HeadCounts heads_;
  std::vector<Run> runs_;
};

}  // namespace mola
