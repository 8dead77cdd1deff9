#include "mola/loss/load_balancing_loss.h"

#include <torch/types.h>

#include <algorithm>
#include <tuple>

namespace mola {
namespace {

using torch::Tensor;

using Records = std::vector<const RoutingRecord*>;

// Of the projections of a layer with the same number of experts.
struct Load {
  Tensor sums;  // over tokens, [2 E + 1]: assignments, probabilities, and the tokens themselves
  int64_t projections = 0;

  void add(const Tensor& more, int64_t of_projections) {
    sums = sums.defined() ? sums + more : more;
    projections += of_projections;
  }
};
using LoadsByLayer = std::map<int64_t, Load>;

// Takes those out of `left` whose sums can be computed together, so that the number of operators
// does not grow with that of projections.
Records take_alike(Records& left) {
  const auto kind = [](const RoutingRecord* record) {
    const auto& routing = record->routing;
    return std::tuple(
        routing.probabilities.size(0), routing.expert_indices.size(1),
        record->multiplicity.defined() ? record->multiplicity.unsafeGetTensorImpl() : nullptr);
  };
  const auto first = kind(left.front());
  const auto others = std::stable_partition(
      left.begin(), left.end(), [&](const auto* record) { return kind(record) == first; });
  const Records taken(left.begin(), others);
  left.erase(left.begin(), others);
  return taken;
}

// [records, 2 E + 1]
Tensor sums_of(const Records& records, const Tensor& attention_mask) {
  std::vector<Tensor> probabilities;
  std::vector<Tensor> indices;
  for (const auto* record : records) {
    probabilities.push_back(record->routing.probabilities);
    indices.push_back(record->routing.expert_indices);
  }
  auto p = torch::stack(probabilities);  // [records, N, E]
  auto chosen = torch::zeros(p.sizes(), p.options()).scatter_(-1, torch::stack(indices), 1.0);
  if (records.front()->multiplicity.defined() || attention_mask.defined()) {
    const auto weights = token_weights(*records.front(), attention_mask, p.scalar_type());
    p = p * weights;
    chosen = chosen * weights;
  }
  const auto picks = chosen.sum(1);
  const auto tokens = picks.sum(1, /*keepdim=*/true) / indices.front().size(1);
  return torch::cat({picks, p.sum(1), tokens}, 1);
}

LoadsByLayer loads_of(Records records, const Tensor& attention_mask) {
  LoadsByLayer loads;
  while (!records.empty()) {
    const auto alike = take_alike(records);
    std::vector<int64_t> layers;  // of neighbours
    std::vector<int64_t> counts;
    for (const auto* record : alike) {
      if (layers.empty() || layers.back() != record->layer) {
        layers.push_back(record->layer);
        counts.push_back(0);
      }
      ++counts.back();
    }
    const auto parts = sums_of(alike, attention_mask).split_with_sizes(counts);
    for (size_t i = 0; i < parts.size(); ++i) loads[layers[i]].add(parts[i].sum(0), counts[i]);
  }
  return loads;
}

// The losses of the layers, [layers].
Tensor losses_of(const LoadsByLayer& loads, int64_t num_experts) {
  std::vector<Tensor> sums;
  for (const auto& [layer, load] : loads) sums.push_back(load.sums);
  const auto parts = torch::stack(sums).split_with_sizes({num_experts, num_experts, 1}, 1);
  const auto f = parts[0] / parts[0].sum(1, /*keepdim=*/true);
  return static_cast<double>(num_experts) * (f * (parts[1] / parts[2])).sum(1);
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
  std::map<int64_t, Records> by_experts;
  std::map<int64_t, int64_t> projections;  // of each layer
  for (const auto& record : trace.records) {
    by_experts[record.routing.probabilities.size(1)].push_back(&record);
    ++projections[record.layer];
  }
  std::vector<Tensor> terms;
  LayerPicks most;  // of the largest E of each layer
  for (const auto& [num_experts, records] : by_experts) {
    const auto loads = loads_of(records, attention_mask);
    const auto losses = losses_of(loads, num_experts).unbind();
    auto loss = losses.begin();
    for (const auto& [layer, load] : loads) {
      const double share =
          static_cast<double>(load.projections) / static_cast<double>(projections[layer]);
      terms.push_back(share == 1 ? *loss : *loss * share);
      most[layer] = load.sums.detach().narrow(0, 0, num_experts);
      ++loss;
    }
  }
  if (picks != nullptr) add_picks(*picks, most);
  return terms.empty() ? torch::zeros({}) : torch::stack(terms).sum();
}

}  // namespace mola
