#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/train/checkpoint.h"
#include "mola/train/trainer.h"
#include "train/step_log.h"

namespace mola {

/// The state of the run in a folder.
enum class RunStatus { kNew, kStopped, kFinished };

/// Determines the state of `run.output.dir` before a run is resumed, and removes incomplete files
/// of a killed run. Throws `Error` if it contains something other than a run, or a run with another
/// config.
RunStatus find_run(const RunConfig& run);

/// The folder with the result of a finished `run`: adapter or model in `run.output.dir`.
std::string trained_folder(const RunConfig& run);

/// Writes the files of a run to its folder: config.json with all keys; log lines and metrics.jsonl
/// every `log_every` steps; checkpoint-{step} every `save_every` steps; and at the end the folder
/// adapter or, if all weights are trained, model. With held-out rows, it computes their loss every
/// `evaluate_every` steps (or every epoch) and after the last step, and saves the weights with the
/// lowest loss in the folder best.
class Recorder {
 public:
  /// Creates the folder of a new run, or loads the latest checkpoint of a stopped one into
  /// `trainer` and truncates metrics.jsonl to it. `validation`, the held-out rows, may be null.
  /// Throws `Error` if the folder cannot be written or does not match `status`.
  Recorder(Trainer& trainer, const RunConfig& run, const Loader* validation,
           RunStatus status = RunStatus::kNew);

  /// Records a step. Throws `Error` if a logged loss or a weight to save is not finite.
  void record(const Trainer::Step& step);

  /// Saves the trained weights and returns their folder. Throws `Error` if one is not finite.
  std::string finish();

  /// Stops the run early: saves a checkpoint of the last recorded step, unless there is one, and
  /// returns its folder.
  std::string stop();

 private:
  bool is_evaluated(int64_t step) const;
  double evaluate(int64_t step);
  std::string checkpoint_folder(int64_t step) const;
  void checkpoint(int64_t step);
  void check_finite(const std::string& folder) const;

  Trainer* trainer_;
  std::string source_;  // the folder of the base model
  OutputConfig output_;
  const Loader* validation_;
  int64_t evaluate_every_;
  int64_t total_steps_;
  int64_t last_step_ = 0;   // that was recorded
  int64_t saved_step_ = 0;  // of the latest checkpoint of this process
  std::optional<double> best_validation_loss_;
  std::optional<StepLog> log_;
};

}  // namespace mola
