#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mola/train/metrics.h"

namespace mola {

/// Notices doubtful numbers in the logged metrics of a run: a loss far above that of the previous
/// lines, and experts that receive no token.
class MetricsWarnings {
 public:
  /// The warnings about the next logged line. An expert is reported once, after five lines in a row
  /// without a token.
  std::vector<std::string> add(const StepMetrics& metrics);

 private:
  using Expert = std::pair<size_t, size_t>;  // layer and number

  void check_loss(const StepMetrics& metrics, std::vector<std::string>& warnings);
  void check_load(const StepMetrics& metrics, std::vector<std::string>& warnings);

  int64_t lines_ = 0;
  double smooth_loss_ = 0;  // exponential moving average
  std::vector<std::vector<int64_t>> idle_lines_;
  std::set<Expert> reported_;
};

}  // namespace mola
