#pragma once

#include <torch/types.h>

namespace mola {

class FrozenProducts;

/// The rows of hidden states that predict a token, which may repeat; all int64 [M].
struct HeadTargets {
  torch::Tensor rows;
  torch::Tensor tokens;
  torch::Tensor weights;  ///< of the cross-entropies; undefined: 1 each
};

/// The head fused with the cross-entropy: the weighted sum of the cross-entropies of the logits
/// hidden[row] head_weight^T, for hidden [N, H] and head_weight [V, H], divided by `normalizer`.
/// Returns an fp32 scalar (float64 for float64). Computes the logits in chunks of rows. The
/// gradients of a row that repeats are added in fp32. head_weight gets a gradient if it requires
/// one; a frozen one is multiplied by `products` unless they are null.
torch::Tensor head_loss(const torch::Tensor& hidden, const torch::Tensor& head_weight,
                        const HeadTargets& targets, double normalizer,
                        const FrozenProducts* products = nullptr);

}  // namespace mola
