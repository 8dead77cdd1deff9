#include "mola/nn/attention.h"

#include <torch/types.h>

#include "nn/causal_attention.h"
#include "nn/split_heads.h"

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
  const auto wide = qkv->forward_wide(x, trace);
  const auto& projections = qkv->options.projections();
  const int64_t heads = projections[0].out_features() / head_dim_;
  const int64_t kv_heads = projections[1].out_features() / head_dim_;
  const auto split = split_heads(wide, inputs.rotary, heads, kv_heads, head_dim_);
  const auto mixed = inputs.mask.defined() ? torch::scaled_dot_product_attention(
                                                 split[0], split[1], split[2], inputs.mask,
                                                 /*dropout_p=*/0.0, /*is_causal=*/false,
                                                 /*scale=*/std::nullopt,
                                                 /*enable_gqa=*/heads != kv_heads)
                                           : causal_attention(split[0], split[1], split[2]);
  return o->forward_wide(mixed.transpose(1, 2).flatten(2), trace);
}

}  // namespace mola
