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
  int64_t projections;

  Tensor loss() const {
    const auto f = picks / picks.sum();
    return static_cast<double>(picks.size(0)) * (f * probability / tokens).sum();
  }
};

Load load_of(const std::vector<const RoutingRecord*>& records, const Tensor& attention_mask) {
  std::vector<Tensor> probabilities;  // [N, E] each
  std::vector<Tensor> chosen;         // [N, E], 1 for the experts of a token
  std::vector<Tensor> weights;        // [N, 1]
  for (const auto* record : records) {
    const auto& p = record->routing.probabilities;
    probabilities.push_back(p);
    chosen.push_back(torch::zeros_like(p).scatter_(-1, record->routing.expert_indices, 1.0));
    weights.push_back(token_weights(*record, attention_mask, p.scalar_type()));
  }
  const auto weight = torch::cat(weights);
  return {(torch::cat(chosen) * weight).sum(0), (torch::cat(probabilities) * weight).sum(0),
          weight.sum(), static_cast<int64_t>(records.size())};
}

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
  // layer -> E -> projections
  std::map<int64_t, std::map<int64_t, std::vector<const RoutingRecord*>>> layers;
  for (const auto& record : trace.records) {
    layers[record.layer][record.routing.probabilities.size(1)].push_back(&record);
  }
  std::vector<Tensor> losses;
  for (const auto& [layer, groups] : layers) {
    std::map<int64_t, Load> loads;
    for (const auto& [num_experts, records] : groups) {
      loads.emplace(num_experts, load_of(records, attention_mask));
    }
    losses.push_back(layer_loss(loads));
    if (picks != nullptr) add_picks(*picks, {{layer, loads.rbegin()->second.picks}});
  }
  return losses.empty() ? torch::zeros({}) : torch::stack(losses).sum();
}

}  // namespace mola
