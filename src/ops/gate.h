#pragma once

#include <torch/types.h>

namespace mola {

/// The operation between the two low-rank products of a mixture (paper, section 3.1): selects the
/// top K experts and scales the hidden values by their weights. This is the router that is trained;
/// `route` and `TopKRouter::forward` are the reference for its tests. E experts, K top_k, r rank; P
/// mixtures of this shape at once, whose columns are side by side: hidden = A x [N, P E r], logits
/// R x [N, P E] fp32 (float64 for float64).
struct Gate {
  int64_t num_experts;
  int64_t top_k;
  int64_t rank;
  double scaling;
  int64_t mixtures = 1;

  int64_t width() const { return num_experts * rank; }  ///< of one mixture's hidden values

  struct Result {
    torch::Tensor probabilities;  ///< [P, N, E] fp32 (float64 for float64)
    torch::Tensor weights;        ///< [P, N, K], the K largest, normalized to sum to 1
    torch::Tensor indices;        ///< [P, N, K] int64
    torch::Tensor gated;          ///< [P, N, E r]: hidden * scaling * weight, or 0
  };
  Result forward(const torch::Tensor& hidden, const torch::Tensor& logits) const;

  /// Writes the gradients of hidden and logits to `grad_hidden`, columns of a matrix with the row
  /// stride of hidden, and to `grad_logits`.
  void backward(const torch::Tensor& hidden, const Result& result, const torch::Tensor& grad_gated,
                const torch::Tensor& grad_probabilities, const torch::Tensor& grad_hidden,
                const torch::Tensor& grad_logits) const;
};

}  // namespace mola
