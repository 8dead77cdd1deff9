#pragma once

#include <torch/types.h>

namespace mola {

/// Causal attention of B sequences of equal length on a CPU, and its gradient, for use inside an
/// autograd function. query [B, heads, T, D], key and value [B, kv_heads, T, D]. Query heads that
/// share a key head are adjacent, so keys and values are not repeated.
///
/// Short bf16 sequences use two batched matrix products and save the probabilities; other fp32 and
/// bf16 inputs use the kernel of `scaled_dot_product_attention`, which multiplies in fp32.
struct BatchAttention {
  torch::Tensor query, key, value;

  /// Whether sequences of `time` tokens use two batched products.
  static bool by_products(torch::Dtype dtype, int64_t time);

  /// Tensors that the backward pass needs besides query, key and value.
  struct Kept {
    torch::Tensor softmax;  ///< probabilities with products, otherwise the log-sum-exp of each row
    torch::Tensor mixed;    ///< the output; undefined with products
  };

  /// Writes the output to `mixed` [B, heads, T, D].
  Kept forward(const torch::Tensor& mixed) const;

  /// Writes the gradients of query, key and value to `to`; `grad` is the gradient of `mixed`.
  void backward(const torch::Tensor& grad, const Kept& kept, const BatchAttention& to) const;

 private:
  bool by_products() const { return by_products(query.scalar_type(), query.size(2)); }
  double scale() const;
  torch::Tensor by_key(const torch::Tensor& heads) const;
};

}  // namespace mola
