#include "mola/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace mola {
Estimate share_of(int64_t count, int64_t total) {
  if (total == 0) return {};
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(count) / n;
  const double centre = p + z * z / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {p, std::max(0.0, (centre - spread) / scale), std::min(1.0, (centre + spread) / scale)};
}

Estimate mean_of(const std::vector<double>& values) {
  // The 97.5 % quantile of Student's t distribution for 1, 2, ... degrees of freedom; from 30 on
  // the approximation is off by less than 0.001.
  static const std::vector<double> kQuantiles = {
      12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
      2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
      2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452};
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() < 2) return {mean, mean, mean};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const size_t freedom = values.size() - 1;
  const double quantile = freedom <= kQuantiles.size()
                              ? kQuantiles[freedom - 1]
                              : 1.95996 + 2.3723 / static_cast<double>(freedom) +
                                    2.8225 / static_cast<double>(freedom * freedom);
  const double half = quantile * std::sqrt(squares / static_cast<double>(freedom) / count);
  return {mean, mean - half, mean + half};
}

Estimate accuracy(const std::vector<Outcome>& outcomes) {
  const auto correct = std::count_if(outcomes.begin(), outcomes.end(),
                                     [](const Outcome& outcome) { return outcome.is_correct(); });
  return share_of(correct, static_cast<int64_t>(outcomes.size()));
}

Estimate majority_accuracy(const std::vector<Outcome>& outcomes) {
  std::map<std::string, int64_t> counts;
  int64_t most = 0;
  for (const auto& outcome : outcomes) most = std::max(most, ++counts[outcome.expected]);
  return share_of(most, static_cast<int64_t>(outcomes.size()));
}

int64_t count_unanswered(const std::vector<Outcome>& outcomes) {
  return std::count_if(outcomes.begin(), outcomes.end(),
                       [](const Outcome& outcome) { return outcome.predicted.empty(); });
}

double f1_score(const std::vector<Outcome>& outcomes, const std::string& positive) {
  double hits = 0, sum = 0;
  for (const auto& outcome : outcomes) {
    const bool is_expected = outcome.expected == positive;
    const bool is_predicted = outcome.predicted == positive;
    hits += is_expected && is_predicted ? 1 : 0;
    sum += (is_expected ? 1 : 0) + (is_predicted ? 1 : 0);
  }
  return sum == 0 ? 0 : 2 * hits / sum;
}

double matthews_correlation(const std::vector<Outcome>& outcomes) {
  std::map<std::string, double> expected, predicted;
  double correct = 0;
  for (const auto& outcome : outcomes) {
    expected[outcome.expected] += 1;
    predicted[outcome.predicted] += 1;
    correct += outcome.is_correct() ? 1 : 0;
  }
  const auto total = static_cast<double>(outcomes.size());
  double by_chance = 0;
  double spread_of_expected = total * total, spread_of_predicted = total * total;
  for (const auto& [answer, count] : expected) {
    by_chance += count * predicted[answer];
    spread_of_expected -= count * count;
  }
  for (const auto& [answer, count] : predicted) spread_of_predicted -= count * count;
  const double product = spread_of_expected * spread_of_predicted;
  return product == 0 ? 0 : (correct * total - by_chance) / std::sqrt(product);
}

}  // namespace mola
