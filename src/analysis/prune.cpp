#include "mola/analysis/prune.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "mola/base/error.h"
#include "mola/model/builders.h"
#include "nn/add_to_weight.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

List all_of(size_t count) {
  List indices(count);
  std::iota(indices.begin(), indices.end(), int64_t{0});
  return indices;
}

// The sum of the distances of expert `e` to the others in `experts`.
double distance_to(const torch::TensorAccessor<double, 2>& distances, int64_t e,
                   const List& experts) {
  double sum = 0;
  for (const int64_t other : experts) sum += distances[e][other];
  return sum;
}

// Of the two closest experts, the one closer to the others.
int64_t most_redundant(const torch::TensorAccessor<double, 2>& distances, const List& experts) {
  int64_t a = experts[0], b = experts[1];
  for (const int64_t i : experts) {
    for (const int64_t j : experts) {
      if (i < j && distances[i][j] < distances[a][b]) {
        a = i;
        b = j;
      }
    }
  }
  return distance_to(distances, a, experts) < distance_to(distances, b, experts) ? a : b;
}

// The choice must be the `count` experts to keep, in ascending order.
void check_choice(const ProjectionPlace& place, const List& kept, int64_t count) {
  const auto present = static_cast<int64_t>(place.mixture()->experts.size());
  const bool is_rising =
      std::adjacent_find(kept.begin(), kept.end(), std::greater_equal<>()) == kept.end();
  const bool is_within = kept.empty() || (kept.front() >= 0 && kept.back() < present);
  if (static_cast<int64_t>(kept.size()) != count || !is_rising || !is_within) {
    fail("layer ", place.layer, ", ", place.name, ": expected ", count,
         " experts to keep, from 0 to ", present - 1, ", in ascending order");
  }
}

void copy_experts(const LoraMixtureImpl& from, const List& kept, LoraMixtureImpl& to) {
  for (size_t e = 0; e < kept.size(); ++e) {
    to.experts[e]->lora_A.copy_(from.experts.at(kept[e])->lora_A);
    to.experts[e]->lora_B.copy_(from.experts.at(kept[e])->lora_B);
  }
  if (!to.router.is_empty()) {
    to.router->weight.copy_(from.router->weight.index_select(
        0, torch::tensor(kept, from.router->weight.options().dtype(torch::kLong))));
  }
  if (to.initial_A.defined()) {
    to.initial_A.copy_(from.initial_A);
    to.initial_B.copy_(from.initial_B);
  }
}

}  // namespace

AdapterConfig pruned_config(AdapterConfig adapter, const Allocation& allocation) {
  if (adapter.type != "mola") {
    fail("the adapter has no experts to choose from, expected one of the type mola");
  }
  bool keeps_one = false;
  for (const auto& [projection, experts] : allocation.values) {
    if (adapter.top_k.values.count(projection) == 0) {
      fail("allocation: ", projection, " is not a target module of the adapter");
    }
    auto& top_k = adapter.top_k.values.at(projection);
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      const int64_t present = adapter.allocation.at(projection, static_cast<int64_t>(layer));
      if (experts[layer] > present) {
        fail("allocation: found ", experts[layer], " experts for ", projection, " of layer ", layer,
             ", expected at most the ", present, " that the adapter has");
      }
      top_k[layer] = std::min(top_k[layer], experts[layer]);
      keeps_one = keeps_one || experts[layer] > 0;
    }
  }
  if (!keeps_one) {
    fail("allocation: has no expert in any layer, so nothing of the adapter would be left");
  }
  adapter.allocation = allocation;
  return adapter;
}

List most_used(const List& picks, int64_t count) {
  List experts = all_of(picks.size());
  std::stable_sort(experts.begin(), experts.end(),
                   [&](int64_t a, int64_t b) { return picks[a] > picks[b]; });
  experts.resize(count);
  std::sort(experts.begin(), experts.end());
  return experts;
}

List least_redundant(const torch::Tensor& distances, int64_t count) {
  const auto on_cpu = distances.to(torch::kCPU, torch::kDouble);
  const auto values = on_cpu.accessor<double, 2>();
  List experts = all_of(static_cast<size_t>(on_cpu.size(0)));
  while (static_cast<int64_t>(experts.size()) > std::max<int64_t>(count, 1)) {
    experts.erase(std::find(experts.begin(), experts.end(), most_redundant(values, experts)));
  }
  if (count == 0) experts.clear();
  return experts;
}

Llama prune(Llama& model, const Allocation& allocation, const ChooseExperts& choose) {
  torch::NoGradGuard no_grad;
  auto pruned = share_base(model, pruned_config(model->adapter, allocation));
  const auto targets = pruned->projections();
  size_t next = 0;
  for (const auto& place : model->projections()) {
    const auto& target = targets[next++];
    if (place.mixture().is_empty()) continue;
    if (target.mixture().is_empty()) {
      // Without experts that start from them, PiSSA's initial factors go back into the weight.
      const auto& from = *place.mixture();
      if (!from.initial_A.defined()) continue;
      add_to_weight(target.group, target.index, from.initial_B.mm(from.initial_A) * from.scaling());
      continue;
    }
    const auto count = static_cast<int64_t>(target.mixture()->experts.size());
    const auto kept = choose(place, count);
    check_choice(place, kept, count);
    copy_experts(*place.mixture(), kept, *target.mixture());
  }
  pruned->train(model->is_training());
  return pruned;
}

}  // namespace mola
