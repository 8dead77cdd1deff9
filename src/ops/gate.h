#pragma once

#include <torch/types.h>

namespace mola {

/// What stands between a mixture's two thin products: its router's choice, and the weights on the
/// rank axis. This is the router that trains; `route` and `TopKRouter::forward` are the reference
/// that tests compare it with. E experts, K top_k, r rank; hidden = A x is [N, E r], logits [N, E].
struct Gate {
  int64_t num_experts;
  int64_t top_k;
  int64_t rank;
  double scaling;

  struct Result {
    torch::Tensor probabilities;  ///< [N, E] fp32 (float64 for float64)
    torch::Tensor weights;        ///< [N, K], scaled to sum to 1
    torch::Tensor indices;        ///< [N, K] int64
    torch::Tensor gated;          ///< [N, E r]: hidden * scaling * weight, zero if not chosen
  };
  Result forward(const torch::Tensor& hidden, const torch::Tensor& logits) const;

  /// Writes the gradients of hidden and logits into `grad_hidden` and `grad_logits`, which are
  /// columns of one matrix as hidden and logits are.
  void backward(const torch::Tensor& hidden, const Result& result, const torch::Tensor& grad_gated,
                const torch::Tensor& grad_probabilities, const torch::Tensor& grad_hidden,
                const torch::Tensor& grad_logits) const;
};

}  // namespace mola
