#include "mola/nn/attention.h"

#include <torch/types.h>

#include "ops/cached_attention.h"

namespace mola {

using torch::Tensor;

AttentionImpl::AttentionImpl(ProjectionGroup qkv_, ProjectionGroup o_, int64_t head_dim,
                             AdaptionPrompt adaption_prompt_)
    : qkv(register_module("qkv", std::move(qkv_))),
      o(register_module("o", std::move(o_))),
      head_dim_(head_dim) {
  TORCH_CHECK(qkv->options.projections().size() == 3, "Attention: found ",
              qkv->options.projections().size(), " projections in qkv, expected 3");
  const auto width = [&](size_t i) { return qkv->options.projections()[i].out_features(); };
  TORCH_CHECK(head_dim > 0 && head_dim % 2 == 0 && width(0) % width(1) == 0 &&
                  width(1) % head_dim == 0 && width(2) == width(1),
              "Attention: found widths ", width(0), ", ", width(1), " and ", width(2),
              " of q, k and v and head_dim ", head_dim, ", expected an even head_dim that divides ",
              "k, equal k and v, and a q that k divides");
  if (!adaption_prompt_.is_empty()) {
    adaption_prompt = register_module("adaption_prompt", std::move(adaption_prompt_));
  }
}

Tensor AttentionImpl::forward(const Tensor& x, const AttentionInputs& inputs, RoutingTrace* trace) {
  const auto key = of_group(inputs.dropout, kQkvGroup);
  return finish(qkv->forward_wide(x, trace, InputActivation::kNone, key), inputs, trace);
}

Tensor AttentionImpl::forward_normed(const Tensor& x, const RMSNormImpl& norm,
                                     const AttentionInputs& inputs, RoutingTrace* trace) {
  const auto key = of_group(inputs.dropout, kQkvGroup);
  return finish(qkv->forward_normed(x, {}, norm, trace, key).second, inputs, trace);
}

Tensor AttentionImpl::finish(const Tensor& wide, const AttentionInputs& inputs,
                             RoutingTrace* trace) {
  return o->forward_wide(mix(wide, inputs), trace, InputActivation::kNone,
                         of_group(inputs.dropout, kOutputGroup));
}

// wide [N, (num_heads + 2 num_kv_heads) D], the fused q, k and v -> [N, num_heads D]
Tensor AttentionImpl::mix(const Tensor& wide, const AttentionInputs& inputs) const {
  const auto& projections = qkv->options.projections();
  const HeadCounts heads = {projections[0].out_features() / head_dim_,
                            projections[1].out_features() / head_dim_, head_dim_};
  const auto mixed =
      inputs.cached ? cached_attention(wide, inputs, heads) : causal_attention(wide, inputs, heads);
  if (adaption_prompt.is_empty() || !use_adapter) return mixed;
  const auto query = wide.narrow(1, 0, heads.key_column()).unflatten(1, {heads.query, heads.dim});
  return mixed + adaption_prompt->forward(inputs.rotary.apply(query), qkv->projection_weight(1),
                                          qkv->projection_weight(2));
}

}  // namespace mola
