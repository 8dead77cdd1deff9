#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mola {

/// A number for each expert of each decoder layer; none for a layer without a router.
using ExpertNumbers = std::vector<std::vector<double>>;

/// What is logged of a step. Losses and speed are means over the steps since the last logged one,
/// the load is that of them all.
struct StepMetrics {
  int64_t step = 0;         ///< from 1
  double epoch = 0;         ///< how often the data has been gone through
  double loss = 0;          ///< language-model loss
  double balance_loss = 0;  ///< summed over layers, before its coefficient
  double learning_rate = 0;
  double grad_norm = 0;  ///< of this step, before clipping
  double tokens_per_second = 0;
  std::optional<double> validation_loss;  ///< after this step, if it was evaluated
  ExpertNumbers expert_load;  ///< the share of a layer's picks, as in its balance loss; empty if
                              ///< the adapter has no routers
};

/// What the steps since the last logged one add up to.
struct UnloggedSums {
  int64_t steps = 0;
  double loss = 0;
  double balance_loss = 0;
  ExpertNumbers picks;  ///< how often each expert was picked
};

/// Appends to metrics.jsonl: one object a line, at once.
class MetricsWriter {
 public:
  /// Throws `Error` if `path` cannot be written.
  explicit MetricsWriter(const std::string& path);
  ~MetricsWriter();
  MetricsWriter(const MetricsWriter&) = delete;
  MetricsWriter& operator=(const MetricsWriter&) = delete;

  void write(const StepMetrics& metrics);

  /// Flushes what was written to disk, so that it survives a power failure.
  void flush();

 private:
  std::string path_;
  int file_ = -1;
};

/// The lines of the file `path`. One that is not finished, as a killed run leaves it, is none.
/// Throws `Error`, with the number of the line, if the file cannot be read or is none of metrics.
std::vector<StepMetrics> read_metrics(const std::string& path);

/// Cuts the file `path`, if it is there, back to the steps up to `last_step`, whole or not at all.
/// What a killed run left of a line goes too.
void cut_metrics(const std::string& path, int64_t last_step);

}  // namespace mola
