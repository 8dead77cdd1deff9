#include "mola/ops/routing.h"

#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

Routing route(const torch::Tensor& router_logits, int64_t top_k) {
  const auto probabilities =
      torch::softmax(router_logits, -1, accumulate_dtype(router_logits.scalar_type()));
  const auto [largest, indices] = probabilities.topk(top_k, -1);
  return {probabilities, largest / largest.sum(-1, /*keepdim=*/true), indices};
}

Tensor token_weights(const RoutingRecord& record, const Tensor& attention_mask,
                     torch::Dtype dtype) {
  const auto& p = record.routing.probabilities;
  auto weights = record.multiplicity.defined()
                     ? record.multiplicity.to(dtype).unsqueeze(1)
                     : torch::ones({p.size(0), 1}, p.options().dtype(dtype));
  if (attention_mask.defined()) weights = weights * (attention_mask != 0).reshape({-1, 1});
  return weights;
}

}  // namespace mola
