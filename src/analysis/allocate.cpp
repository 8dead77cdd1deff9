#include "mola/analysis/allocate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "mola/base/error.h"
#include "mola/config/allocation.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

void check_bounds(const ExpertBudget& budget) {
  if (budget.min < 0 || budget.min > budget.max || budget.max > kMostExperts) {
    fail("found min ", budget.min, " and max ", budget.max,
         ", expected 0 <= min <= max <= ", kMostExperts);
  }
}

void check_sum(const ExpertBudget& budget, int64_t least, int64_t most) {
  if (budget.experts < least || budget.experts > most) {
    fail("found a budget of ", budget.experts, " experts, expected ", least, " to ", most,
         " for these layers, with min ", budget.min, " and max ", budget.max);
  }
}

// From `least`, gives one expert after another to the layer for which it is worth most; ties go to
// the layer with the fewest.
List spend(int64_t budget, const List& least, const List& most,
           const std::function<double(size_t layer, int64_t experts)>& worth_of_next) {
  List experts = least;
  const int64_t given = std::accumulate(least.begin(), least.end(), int64_t{0});
  const auto rank = [&](size_t layer) {
    return std::pair(worth_of_next(layer, experts[layer]), -experts[layer]);
  };
  for (int64_t i = given; i < budget; ++i) {
    size_t best = experts.size();
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      if (experts[layer] == most[layer]) continue;
      if (best == experts.size() || rank(layer) > rank(best)) best = layer;
    }
    ++experts[best];
  }
  return experts;
}

}  // namespace

// Webster's method: c w is rounded up to n + 1 from n + 1/2 on, so as c grows, the next expert goes
// to the layer with the largest w / (n + 1/2).
List allocate_in_proportion(const std::vector<double>& weights, const ExpertBudget& budget) {
  for (size_t layer = 0; layer < weights.size(); ++layer) {
    if (!std::isfinite(weights[layer]) || weights[layer] < 0) {
      fail("layer ", layer, ": found ", weights[layer], ", expected a number of at least 0");
    }
  }
  const auto layers = static_cast<int64_t>(weights.size());
  check_bounds(budget);
  check_sum(budget, layers * budget.min, layers * budget.max);
  const auto worth = [&](size_t layer, int64_t experts) {
    return weights[layer] / (static_cast<double>(experts) + 0.5);
  };
  return spend(budget.experts, List(weights.size(), budget.min), List(weights.size(), budget.max),
               worth);
}

List allocate_by_quality(const std::vector<double>& quality, const ExpertBudget& budget,
                         double power) {
  std::vector<double> weights;
  for (const double value : quality) {
    weights.push_back(std::pow(value, power));
    if (std::isfinite(value) && !std::isfinite(weights.back())) {
      fail("--power: found ", power, ", with which the weight of a layer of quality ", value,
           " is not finite");
    }
  }
  return allocate_in_proportion(weights, budget);
}

List allocate_by_redundancy(const std::vector<double>& distances, const ExpertBudget& budget) {
  for (size_t layer = 0; layer < distances.size(); ++layer) {
    if (std::isnan(distances[layer])) {
      fail("layer ", layer, " has fewer than two experts, so there is no distance to measure");
    }
  }
  return allocate_in_proportion(distances, budget);
}

List allocate_by_load(const std::vector<std::vector<double>>& loads, const ExpertBudget& budget) {
  check_bounds(budget);
  List least, most;
  for (const auto& load : loads) {
    most.push_back(std::min(static_cast<int64_t>(load.size()), budget.max));
    least.push_back(std::min(most.back(), budget.min));
  }
  const auto sum = [](const List& list) {
    return std::accumulate(list.begin(), list.end(), int64_t{0});
  };
  check_sum(budget, sum(least), sum(most));
  return spend(budget.experts, least, most,
               [&](size_t layer, int64_t experts) { return loads[layer][experts]; });
}

std::string allocation_text(const List& experts) { return nlohmann::json(experts).dump() + "\n"; }

}  // namespace mola
