#include "mola/nn/attention.h"

#include <torch/types.h>

#include "nn/cached_attention.h"

namespace mola {

using torch::Tensor;

AttentionImpl::AttentionImpl(ProjectionGroup qkv_, ProjectionGroup o_, int64_t head_dim)
    : qkv(register_module("qkv", std::move(qkv_))),
      o(register_module("o", std::move(o_))),
      head_dim_(head_dim) {
  TORCH_CHECK(qkv->options.projections().size() == 3, "Attention: found ",
              qkv->options.projections().size(), " projections in qkv, expected 3");
  const auto width = [&](size_t i) { return qkv->options.projections()[i].out_features(); };
  TORCH_CHECK(head_dim > 0 && head_dim % 2 == 0 && width(0) % width(1) == 0 &&
                  width(1) % head_dim == 0 && width(2) == width(1),
              "Attention: found projections of ", width(0), ", ", width(1), " and ", width(2),
              ", expected whole heads of an even ", head_dim, ", and as many keys as values");
}

Tensor AttentionImpl::forward(const Tensor& x, const AttentionInputs& inputs, RoutingTrace* trace) {
  const auto& projections = qkv->options.projections();
  const HeadCounts heads = {projections[0].out_features() / head_dim_,
                            projections[1].out_features() / head_dim_, head_dim_};
  const auto wide = qkv->forward_wide(x, trace);
  const auto mixed =
      inputs.cached ? cached_attention(wide, inputs, heads) : causal_attention(wide, inputs, heads);
  return o->forward_wide(mixed, trace);
}

}  // namespace mola
