#include "mola/loss/causal_lm_loss.h"

#include <torch/types.h>

#include <algorithm>

#include "ops/device.h"
#include "ops/head_loss.h"

namespace mola {

using torch::Tensor;

Targets find_targets(const Tensor& labels) {
  const int64_t time = labels.size(1);
  const auto next = labels.narrow(1, std::min<int64_t>(1, time), std::max<int64_t>(0, time - 1));
  const auto places = torch::nonzero(next != kIgnoreIndex);  // [M, 2]: row, position
  const auto positions = places.select(1, 0) * time + places.select(1, 1);
  return {positions, labels.reshape(-1).index_select(0, positions + 1), {}};
}

Tensor causal_lm_loss(const Tensor& hidden, const Tensor& head_weight, const Targets& targets,
                      double normalizer, const FrozenProducts* products) {
  if (on_host(targets.tokens) && targets.count() > 0) {
    const auto lowest = targets.tokens.min().item<int64_t>();
    const auto highest = targets.tokens.max().item<int64_t>();
    TORCH_CHECK(lowest >= 0 && highest < head_weight.size(0), "causal_lm_loss: found targets from ",
                lowest, " to ", highest, ", expected 0 to below ", head_weight.size(0));
  }
  const auto head = torch::GradMode::is_enabled() ? head_weight : head_weight.detach();
  return head_loss(hidden.reshape({-1, hidden.size(-1)}), head,
                   {targets.positions, targets.tokens.contiguous(), targets.weights},
                   targets.count() == 0 ? 1.0 : normalizer, products);
}

}  // namespace mola
