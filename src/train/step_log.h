#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/progress.h"
#include "mola/train/metrics.h"
#include "mola/train/trainer.h"
#include "train/metrics_warnings.h"

namespace mola {

/// Logs the steps of a run: every `log_every` steps and at the last one, a line of metrics.jsonl
/// and a log line; on a terminal, a progress bar replaces the log lines and is updated every step.
class StepLog {
 public:
  /// Appends to metrics.jsonl in `folder`. Throws `Error` if it cannot be written.
  StepLog(const std::string& folder, int64_t log_every, const Trainer& trainer);

  /// Resumes after `step`, with the sums that were not logged then.
  void go_on(int64_t step, const UnloggedSums& sums);

  /// The sums that are not logged yet; synchronizes with the device.
  UnloggedSums unlogged() const;

  /// Adds a step to the sums, and shows the progress. Throws `Error` if a loss or gradient norm is
  /// not finite: on the host immediately; on a device, which is not synchronized with, at the next
  /// `means`, with the step where it happened.
  void add(const Trainer::Step& step);

  bool is_due(int64_t step) const { return step % log_every_ == 0 || step == total_steps_; }

  /// The means over the steps since the last logged one, of which `step` is the last. Throws
  /// `Error` as `add` does.
  StepMetrics means(const Trainer::Step& step) const;

  /// Logs `metrics`, with warnings about doubtful ones, and clears the sums.
  void write(const StepMetrics& metrics);

  /// Flushes the written lines to disk.
  void flush() { metrics_.flush(); }

 private:
  using Clock = std::chrono::steady_clock;

  void draw_from(int64_t step);
  void show(const StepMetrics& metrics);
  void check_finite() const;
  std::string time_left(int64_t step) const;

  int64_t log_every_;
  int64_t steps_per_epoch_;
  int64_t total_steps_;
  int64_t layers_;
  int64_t first_step_ = 0;  // steps completed before this process
  MetricsWriter metrics_;
  MetricsWarnings warnings_;
  std::unique_ptr<Progress> bar_;  // null if none is shown
  std::string state_;              // next to the bar: the last means

  int64_t steps_ = 0;
  int64_t tokens_ = 0;  // of this process
  int64_t computed_tokens_ = 0;
  torch::Tensor loss_;
  torch::Tensor balance_loss_;
  LayerPicks picks_;
  torch::Tensor bad_step_;  // int64 scalar: the first whose loss or norm was not finite, or 0
  Clock::time_point start_ = Clock::now();
  Clock::time_point written_at_ = Clock::now();
};

}  // namespace mola
