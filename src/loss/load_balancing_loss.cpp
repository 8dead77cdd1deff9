#include "mola/loss/load_balancing_loss.h"

#include <torch/types.h>

#include <map>

namespace mola {
namespace {

using torch::Tensor;

// Sums over the projections of one layer with the same number of experts.
struct Load {
  Tensor picks;        // [E] assignments to each expert
  Tensor probability;  // [E] sum of its probabilities
  Tensor tokens;       // [] tokens that were routed
  int64_t projections = 0;

  // `counted` [N, 1] is 1 for tokens and 0 for padding.
  void add(const Routing& routing, const Tensor& counted) {
    const auto& p = routing.probabilities;
    const auto chosen = torch::zeros_like(p).scatter(-1, routing.expert_indices, 1.0);  // [N, E]
    const auto add_to = [&](Tensor& sum, const Tensor& more) {
      sum = projections == 0 ? more : sum + more;
    };
    add_to(picks, (chosen * counted).sum(0));
    add_to(probability, (p * counted).sum(0));
    add_to(tokens, counted.sum());
    ++projections;
  }

  Tensor loss() const {
    const auto f = picks / picks.sum();
    return static_cast<double>(picks.size(0)) * (f * probability / tokens).sum();
  }
};

// The mean over the groups of equal E, weighted by their numbers of projections.
Tensor layer_loss(const std::map<int64_t, Load>& loads) {
  int64_t projections = 0;
  for (const auto& [num_experts, load] : loads) projections += load.projections;
  std::vector<Tensor> weighted;
  for (const auto& [num_experts, load] : loads) {
    weighted.push_back(load.loss() * load.projections / projections);
  }
  return torch::stack(weighted).sum();
}

}  // namespace

void add_picks(LayerPicks& sums, const LayerPicks& more) {
  for (const auto& [layer, counts] : more) {
    auto& sum = sums[layer];
    sum = sum.defined() ? sum.to(counts.device()) + counts : counts;
  }
}

Tensor load_balancing_loss(const RoutingTrace& trace, const Tensor& attention_mask,
                           LayerPicks* picks) {
  std::map<int64_t, std::map<int64_t, Load>> layers;  // layer -> E -> load
  for (const auto& record : trace.records) {
    const auto& p = record.routing.probabilities;
    const auto counted = attention_mask.defined()
                             ? (attention_mask != 0).to(p.scalar_type()).reshape({-1, 1})
                             : torch::ones({p.size(0), 1}, p.options());
    layers[record.layer][p.size(1)].add(record.routing, counted);
  }
  std::vector<Tensor> losses;
  for (const auto& [layer, loads] : layers) {
    losses.push_back(layer_loss(loads));
    if (picks != nullptr) add_picks(*picks, {{layer, loads.rbegin()->second.picks}});
  }
  return losses.empty() ? torch::zeros({}) : torch::stack(losses).sum();
}

}  // namespace mola
