#pragma once

#include <torch/types.h>

#include "mola/loss/ignore_index.h"

namespace mola {

class FrozenProducts;

/// What contributes to the loss: M positions among the concatenated tokens of a batch, and the
/// token that each should predict. A position that stands for several rows may predict several
/// tokens, and occurs as often.
struct Targets {
  torch::Tensor positions;  ///< [M] int64
  torch::Tensor tokens;     ///< [M] int64
  torch::Tensor weights;    ///< [M] int64, the number of rows labelled so; undefined: 1 each
  int64_t weight_sum = 0;   ///< of `weights`, if defined

  /// The number of labelled tokens of the rows, which normalizes the loss.
  int64_t count() const { return weights.defined() ? weight_sum : tokens.size(0); }
};

/// The targets of labels [B, T] that are aligned with their inputs: position t predicts the label
/// at t + 1 unless that is kIgnoreIndex. On CUDA this synchronizes with the device.
Targets find_targets(const torch::Tensor& labels);

/// Sum of the cross-entropies over the targets, each times its weight, divided by `normalizer`: the
/// number of labelled tokens of the whole optimizer step, so that micro-batches add up to its mean.
///
/// hidden [B, T, H] or [N, H], head_weight [V, H]; logits hidden head_weight^T are computed at
/// target positions only, in chunks. The softmax is in fp32. Returns an fp32 scalar, 0 without
/// targets; its gradient reaches `hidden`, and head_weight if that requires one. On a CPU, throws
/// `c10::Error` for a target outside the vocabulary. `products` are those of a frozen head, see
/// `Llama::head_products`.
torch::Tensor causal_lm_loss(const torch::Tensor& hidden, const torch::Tensor& head_weight,
                             const Targets& targets, double normalizer,
                             const FrozenProducts* products = nullptr);

}  // namespace mola
