#pragma once

#include <torch/types.h>

#include "mola/loss/ignore_index.h"

namespace mola {

/// The positions that contribute to the loss: M positions among the concatenated tokens of a batch,
/// and the token that each should predict. Both int64 [M].
struct Targets {
  torch::Tensor positions;
  torch::Tensor tokens;

  int64_t count() const { return tokens.size(0); }
};

/// The targets of labels [B, T] that are aligned with their inputs: position t predicts the label
/// at t + 1 unless that is kIgnoreIndex. On CUDA this synchronizes with the device.
Targets find_targets(const torch::Tensor& labels);

/// Sum of the cross-entropies over the targets, divided by `normalizer`: the number of targets of
/// the whole optimizer step, so that micro-batches add up to its mean.
///
/// hidden [B, T, H] or [N, H], head_weight [V, H]; logits hidden head_weight^T are computed at
/// target positions only, in chunks. The softmax is in fp32. Returns an fp32 scalar, 0 without
/// targets; its gradient reaches `hidden`, and head_weight if that requires one. On a CPU, throws
/// `c10::Error` for a target outside the vocabulary.
torch::Tensor causal_lm_loss(const torch::Tensor& hidden, const torch::Tensor& head_weight,
                             const Targets& targets, double normalizer);

}  // namespace mola
