#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mola {

class AppendFile;

/// A number for each expert of each decoder layer; an empty list for a layer without a router.
using ExpertNumbers = std::vector<std::vector<double>>;

/// The metrics of a logged step. Losses, speed and load are those of all steps since the last
/// logged one: means, and shares of all assignments.
struct StepMetrics {
  int64_t step = 0;         ///< from 1
  double epoch = 0;         ///< passes over the data so far
  double loss = 0;          ///< language-model loss
  double balance_loss = 0;  ///< sum over layers, before its coefficient
  double learning_rate = 0;
  double grad_norm = 0;                   ///< of this step, before clipping
  double tokens_per_second = 0;           ///< of all rows
  double computed_tokens_per_second = 0;  ///< fewer where rows share beginnings
  std::optional<double> validation_loss;  ///< after this step, if it was evaluated
  ExpertNumbers expert_load;  ///< shares of a layer's assignments, as in its balance loss; empty
                              ///< if the adapter has no routers
};

/// Sums over the steps since the last logged one.
struct UnloggedSums {
  int64_t steps = 0;
  double loss = 0;
  double balance_loss = 0;
  ExpertNumbers picks;  ///< assignments to each expert
};

/// Appends to metrics.jsonl: one object per line, written immediately.
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
  std::unique_ptr<AppendFile> file_;
};

/// Reads the metrics file `path`. Ignores an incomplete last line, left by a killed run. Throws
/// `Error`, with the line number, if the file cannot be read or is not a metrics file.
std::vector<StepMetrics> read_metrics(const std::string& path);

/// Truncates the metrics file `path`, if it exists, to the steps up to `last_step`, atomically.
/// Also removes an incomplete last line.
void cut_metrics(const std::string& path, int64_t last_step);

}  // namespace mola
