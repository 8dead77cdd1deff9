#pragma once

#include <torch/types.h>

namespace mola {

/// The head fused with the cross-entropy: the sum of the cross-entropies of the logits
/// states head_weight^T, for states [M, H] and head_weight [V, H], against `targets` [M] int64,
/// divided by `normalizer`. Returns an fp32 scalar (float64 for float64). Computes the logits in
/// chunks of rows. head_weight gets a gradient if it requires one.
torch::Tensor head_loss(const torch::Tensor& states, const torch::Tensor& head_weight,
                        const torch::Tensor& targets, double normalizer);

}  // namespace mola
