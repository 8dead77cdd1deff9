#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/train/checkpoint.h"
#include "mola/train/trainer.h"
#include "train/step_log.h"

namespace mola {

/// What the folder of a run holds.
enum class RunStatus { kNew, kStopped, kFinished };

/// Looks at `run.output.dir` before the run is resumed, and removes what a killed run left half
/// written. Throws `Error` if something other than a run is there, or a run whose config differs.
RunStatus find_run(const RunConfig& run);

/// The status with which a run begins, reported in the log: that of `find_run` if it is resumed.
/// Throws `Error` if a new run's folder contains files.
RunStatus begin_or_resume(const RunConfig& run, bool resume);

/// Logs how a run ended, from the folder that `Recorder::train` returned.
void log_end(const RunConfig& run, const std::string& folder);

/// The folder of what `run` has trained once it is finished: adapter or model in its own.
std::string trained_folder(const RunConfig& run);

/// Writes down a run as it goes, in its folder: config.json with every key; log lines and
/// metrics.jsonl every `log_every` steps; checkpoint-{step} every `save_every`; and at the end the
/// folder adapter or, where all weights are trained, model. Where rows are held out it computes
/// their loss every `evaluate_every` steps (or epoch) and after the last one, and keeps what gave
/// the lowest in the folder best.
class Recorder {
 public:
  /// Makes the folder of a new run, or puts the newest checkpoint of a stopped one into `trainer`
  /// and cuts metrics.jsonl back to it. `validation`, the rows that are held out, may be null.
  /// Throws `Error` if the folder cannot be written, is not what `status` says, or the stopped run
  /// had other rows, another adapter, dtype or device.
  Recorder(Trainer& trainer, const RunConfig& run, const RunData& data, const Loader* validation,
           RunStatus status = RunStatus::kNew);

  /// Trains to the last step, or until `on_step` or `should_stop` stops the run (see
  /// `Trainer::run`), and returns the folder of `finish` or `stop`.
  std::string train(const Trainer::OnStep& on_step, const Trainer::ShouldStop& should_stop);

 private:
  /// Records a step. Throws `Error` if a loss that is logged, or what would be saved, is no longer
  /// finite.
  void record(const Trainer::Step& step);

  /// Saves what was trained, if it is finite, and returns its folder. If that cannot be written, it
  /// is saved in another place, which the `Error` names.
  std::string finish();

  /// For a run that ends early: saves the checkpoint of the last step recorded, if that is not done
  /// yet, and returns its folder; empty before the first step.
  std::string stop();

  bool is_evaluated(int64_t step) const;
  double evaluate(int64_t step);
  std::string checkpoint_folder(int64_t step) const;
  void checkpoint(int64_t step);
  void check_finite(const std::string& folder) const;
  [[noreturn]] void rescue(const std::string& name, const std::string& problem);

  Trainer* trainer_;
  RunIdentity identity_;
  std::string source_;  // the folder of the base model
  OutputConfig output_;
  const Loader* validation_;
  int64_t evaluate_every_;
  int64_t total_steps_;
  int64_t last_step_ = 0;   // recorded
  int64_t saved_step_ = 0;  // of the latest checkpoint of this process
  std::optional<double> best_validation_loss_;
  std::optional<StepLog> log_;
};

}  // namespace mola
