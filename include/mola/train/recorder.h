#pragma once

#include <chrono>

#include "mola/config/run_config.h"
#include "mola/train/metrics.h"
#include "mola/train/trainer.h"

namespace mola {

/// Writes down a run as it goes: log lines and metrics.jsonl every `log_every` steps, the adapter
/// in checkpoint-{step} every `save_every`, and in the folder adapter at the end.
class Recorder {
 public:
  /// Makes the run's folder. Throws `Error` if it cannot be written or already holds files.
  Recorder(Llama model, const OutputConfig& output, int64_t steps_per_epoch, int64_t total_steps);

  /// Records a step. Throws `Error` if a loss that is logged, or an adapter that would be saved, is
  /// no longer finite.
  void record(const Trainer::Step& step);

  /// Saves the adapter, if it is finite, and returns its folder.
  std::string finish();

 private:
  using Clock = std::chrono::steady_clock;

  void log(const Trainer::Step& step);
  void save(const std::string& folder);
  std::string time_left(int64_t step) const;

  Llama model_;
  OutputConfig output_;
  int64_t steps_per_epoch_;
  int64_t total_steps_;
  MetricsWriter metrics_;
  Clock::time_point start_ = Clock::now();

  // Of the steps since the last logged one.
  Clock::time_point logged_at_ = Clock::now();
  int64_t steps_ = 0;
  int64_t tokens_ = 0;
  torch::Tensor loss_;
  torch::Tensor balance_loss_;
};

}  // namespace mola
