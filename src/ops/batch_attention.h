#pragma once

#include <torch/types.h>

namespace mola {

/// Causal attention of B sequences of equal length on a CPU, with its gradient, for use inside an
/// autograd function. query [B, heads, T, D], key and value [B, kv_heads, T, D]; the query heads
/// that share a key stand one after the other, so keys are never repeated.
///
/// Short bf16 sequences take two batched products and keep the probabilities, since
/// `scaled_dot_product_attention`, whose kernel all others take, multiplies in fp32 there.
struct BatchAttention {
  torch::Tensor query, key, value;

  /// Whether sequences of `time` tokens are computed by two batched products.
  static bool by_products(torch::Dtype dtype, int64_t time);

  /// What the backward pass needs beside these three.
  struct Kept {
    torch::Tensor softmax;  ///< the probabilities, or the logarithms of the rows' sums
    torch::Tensor mixed;    ///< undefined where the probabilities are kept
  };

  /// Writes to `mixed` [B, heads, T, D].
  Kept forward(const torch::Tensor& mixed) const;

  /// Writes the gradients of query, key and value to `to`, given that of `mixed`.
  void backward(const torch::Tensor& grad, const Kept& kept, const BatchAttention& to) const;

 private:
  bool by_products() const { return by_products(query.scalar_type(), query.size(2)); }
  double scale() const;
  torch::Tensor by_key(const torch::Tensor& heads) const;
};

}  // namespace mola
