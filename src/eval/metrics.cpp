#include "mola/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace mola {
namespace {

// True and false positives and negatives.
struct Confusion {
  double tp = 0, fp = 0, tn = 0, fn = 0;

  Confusion(const std::vector<Outcome>& outcomes, const std::string& positive) {
    for (const auto& outcome : outcomes) {
      const bool is_positive = outcome.expected == positive;
      const bool is_correct = outcome.is_correct();
      (is_positive ? (is_correct ? tp : fn) : (is_correct ? tn : fp)) += 1;
    }
  }
};

}  // namespace

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

double f1_score(const std::vector<Outcome>& outcomes, const std::string& positive) {
  const Confusion c(outcomes, positive);
  const double sum = 2 * c.tp + c.fp + c.fn;
  return sum == 0 ? 0 : 2 * c.tp / sum;
}

double matthews_correlation(const std::vector<Outcome>& outcomes, const std::string& positive) {
  const Confusion c(outcomes, positive);
  const double product = (c.tp + c.fp) * (c.tp + c.fn) * (c.tn + c.fp) * (c.tn + c.fn);
  return product == 0 ? 0 : (c.tp * c.tn - c.fp * c.fn) / std::sqrt(product);
}

}  // namespace mola
