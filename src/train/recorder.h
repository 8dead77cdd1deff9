#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/train/checkpoint.h"
#include "mola/train/trainer.h"
#include "train/run_state.h"
#include "train/step_log.h"

namespace mola {

/// Logs the end of a run; `folder` is the result of `Recorder::train`.
void log_end(const RunConfig& run, const std::string& folder);

/// Writes the files of a run to its folder: config.json with all keys; log lines and metrics.jsonl
/// every `log_every` steps; checkpoint-{step} every `save_every` steps; and at the end the folder
/// adapter or, if all weights are trained, model. With held-out rows, it computes their loss every
/// `evaluate_every` steps (or every epoch) and after the last step, and saves the weights with the
/// lowest loss in the folder best.
class Recorder {
 public:
  /// Creates the folder of a new run, or loads the latest checkpoint of a stopped one into
  /// `trainer` and truncates metrics.jsonl to it. `validation`, the held-out rows, may be null.
  /// Throws `Error` if the folder cannot be written or does not match `status`, or if the stopped
  /// run had other rows, another base model, adapter, dtype or device.
  Recorder(Trainer& trainer, const RunConfig& run, const RunData& data, const Loader* validation,
           RunStatus status = RunStatus::kNew);

  /// Trains to the last step, or until `on_step` or `should_stop` stops the run (see
  /// `Trainer::run`). Returns the folder of the trained weights, or of the checkpoint if the run
  /// was stopped; empty if it was stopped before the first step. Throws `Error` if a loss or a
  /// weight to save is not finite. If the folder of the trained weights cannot be written, they are
  /// saved to another one, which the `Error` names.
  std::string train(const Trainer::OnStep& on_step, const Trainer::ShouldStop& should_stop);

 private:
  void record(const Trainer::Step& step);
  void write(const Trainer::Step& step);
  void log_pending();
  std::string finish();
  std::string stop();

  bool is_evaluated(int64_t step) const;
  void add_validation(StepMetrics& metrics, double loss);
  std::string checkpoint_folder(int64_t step) const;
  void checkpoint(int64_t step);
  void check_finite(const std::string& folder) const;
  void restore_config() const;
  [[noreturn]] void rescue(const std::string& problem);

  Trainer* trainer_;
  RunIdentity identity_;
  std::string source_;  // the folder of the base model
  std::string config_text_;
  OutputConfig output_;
  const Loader* validation_;
  int64_t evaluate_every_;
  int64_t total_steps_;
  int64_t last_step_ = 0;   // that was recorded
  int64_t saved_step_ = 0;  // of the latest checkpoint of this process
  std::optional<double> best_validation_loss_;
  std::optional<PendingStep> pending_;
  Trainer::ShouldStop should_stop_;
  std::optional<StepLog> log_;
};

}  // namespace mola
