#include "mola/nn/attention.h"

#include <torch/types.h>

#include "nn/causal_attention.h"

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
  TORCH_CHECK(!inputs.offsets.empty() && inputs.offsets.back() == x.size(0), "Attention: found ",
              x.size(0), " tokens, expected as many as the offsets say");
  const auto& projections = qkv->options.projections();
  const HeadCounts heads = {projections[0].out_features() / head_dim_,
                            projections[1].out_features() / head_dim_, head_dim_};
  const auto wide = qkv->forward_wide(x, trace);
  return o->forward_wide(causal_attention(wide, inputs, heads), trace);
}

}  // namespace mola
