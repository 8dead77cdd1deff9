#include "mola/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>

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

Share share_of(int64_t count, int64_t total) {
  if (total == 0) return {};
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(count) / n;
  const double centre = p + z * z / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {p, std::max(0.0, (centre - spread) / scale), std::min(1.0, (centre + spread) / scale)};
}

Share accuracy(const std::vector<Outcome>& outcomes) {
  const auto correct = std::count_if(outcomes.begin(), outcomes.end(),
                                     [](const Outcome& outcome) { return outcome.is_correct(); });
  return share_of(correct, static_cast<int64_t>(outcomes.size()));
}

Share majority_accuracy(const std::vector<Outcome>& outcomes) {
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
