#pragma once

#include <torch/types.h>

#include "mola/loss/unlabelled.h"

namespace mola {

/// How many positions of `labels` [B, T] the loss looks at: those not kUnlabelled, the first of
/// each sequence aside, since nothing predicts it.
int64_t count_labelled(const torch::Tensor& labels);

/// Sum of the cross-entropies over the labelled tokens, divided by `normalizer`: the number of
/// labelled tokens of the whole optimizer step, so that micro-batches add up to its mean.
///
/// hidden [B, T, H] at position t predicts labels [B, T] at t + 1 with logits hidden head_weight^T,
/// head_weight [V, H]. The head runs on labelled positions only; the softmax is in fp32. Returns an
/// fp32 scalar, 0 if nothing is labelled.
torch::Tensor causal_lm_loss(const torch::Tensor& hidden, const torch::Tensor& head_weight,
                             const torch::Tensor& labels, double normalizer);

}  // namespace mola
