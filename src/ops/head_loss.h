#pragma once

#include <torch/types.h>

namespace mola {

/// The head and the cross-entropy of `states` [M, H] in one: the sum of the cross-entropies of the
/// logits states head_weight^T against `targets` [M] int64, divided by `normalizer`, an fp32
/// scalar. Logits exist for a chunk of rows at a time. head_weight [V, H] gets a gradient if it
/// requires one.
torch::Tensor head_loss(const torch::Tensor& states, const torch::Tensor& head_weight,
                        const torch::Tensor& targets, double normalizer);

}  // namespace mola
