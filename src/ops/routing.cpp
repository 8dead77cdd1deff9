#include "mola/ops/routing.h"

namespace mola {

Routing route(const torch::Tensor& router_logits, int64_t top_k) {
  const auto at_least_fp32 =
      router_logits.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
  const auto probabilities = torch::softmax(router_logits, -1, at_least_fp32);
  const auto [largest, indices] = probabilities.topk(top_k, -1);
  return {probabilities, largest / largest.sum(-1, /*keepdim=*/true), indices};
}

}  // namespace mola
