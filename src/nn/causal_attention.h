#pragma once

#include <torch/types.h>

namespace mola {

/// Causal attention without padding: query [B, heads, T, D], key and value [B, kv_heads, T, D] ->
/// [B, heads, T, D]. Short bf16 sequences on a CPU take two batched products and keep the
/// probabilities: `scaled_dot_product_attention`, which all others take, multiplies in fp32 there.
torch::Tensor causal_attention(const torch::Tensor& query, const torch::Tensor& key,
                               const torch::Tensor& value);

}  // namespace mola
