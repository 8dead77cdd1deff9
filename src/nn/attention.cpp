#include "mola/nn/attention.h"

#include <torch/types.h>

namespace mola {

using torch::Tensor;

AttentionImpl::AttentionImpl(ProjectionGroup qkv_, ProjectionGroup o_, int64_t head_dim)
    : qkv(register_module("qkv", std::move(qkv_))),
      o(register_module("o", std::move(o_))),
      head_dim_(head_dim) {
  TORCH_CHECK(qkv->options.projections().size() == 3, "Attention: found ",
              qkv->options.projections().size(), " projections in qkv, expected 3");
}

Tensor AttentionImpl::forward(const Tensor& x, const AttentionInputs& inputs, RoutingTrace* trace) {
  const auto projected = qkv->forward(x, trace);
  const auto heads = [&](const Tensor& flat) {  // [B, T, heads * D] -> [B, heads, T, D]
    return flat.unflatten(-1, {-1, head_dim_}).transpose(1, 2);
  };
  const auto query = inputs.rotary.apply(heads(projected[0]));
  const auto key = inputs.rotary.apply(heads(projected[1]));
  const auto value = heads(projected[2]);
  std::optional<Tensor> mask;
  if (inputs.mask.defined()) mask = inputs.mask;
  const auto mixed = torch::scaled_dot_product_attention(
      query, key, value, mask, /*dropout_p=*/0.0, /*is_causal=*/!mask.has_value(),
      /*scale=*/std::nullopt, /*enable_gqa=*/query.size(1) != key.size(1));
  return o->forward(mixed.transpose(1, 2).flatten(2), trace)[0];
}

}  // namespace mola
