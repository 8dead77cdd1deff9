#include "mola/analysis/continual_metrics.h"

#include <numeric>

#include "mola/base/error.h"

namespace mola {
namespace {

void check_square(const PerformanceMatrix& R) {
  if (R.empty()) fail("performance matrix: found no rows, expected one for each domain");
  for (size_t k = 0; k < R.size(); ++k) {
    if (R[k].size() == R.size()) continue;
    fail("performance matrix: found ", R[k].size(), " numbers in row ", k, " of ", R.size(),
         " rows, expected a square");
  }
}

}  // namespace

double overall_performance(const PerformanceMatrix& R) {
  check_square(R);
  const auto& last = R.back();
  return std::accumulate(last.begin(), last.end(), 0.0) / static_cast<double>(last.size());
}

double performance_drop(const PerformanceMatrix& R) {
  check_square(R);
  if (R.size() == 1) return 0;
  double sum = 0;
  for (size_t k = 1; k < R.size(); ++k) {
    for (size_t i = 0; i < k; ++i) sum += R[k][i] - R[k - 1][i];
  }
  return sum / (static_cast<double>(R.size() * (R.size() - 1)) / 2);
}

}  // namespace mola
