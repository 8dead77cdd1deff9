#pragma once

#include <functional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/model/llama.h"
#include "mola/train/trainer.h"

namespace mola {

/// Options of `finetune` besides the config. They do not change the results.
struct FinetuneOptions {
  /// Resume the run in `output.dir` from its latest checkpoint; start a new one if there is none.
  bool resume = false;

  /// Called after each step, once it is recorded. Return false to stop the run: it saves a
  /// checkpoint of that step, regardless of `output.save_every`, and `resume` continues from it
  /// with bit-identical results. After the last step the value has no effect.
  std::function<bool(const Trainer::Step& step)> on_step;

  /// Called before each micro-batch. Return true to stop the run: it discards the step in progress
  /// and saves a checkpoint of the last completed one, from which `resume` continues with
  /// bit-identical results.
  std::function<bool()> should_stop;

  /// Called with each warning about suspicious settings; empty: they are logged.
  std::function<void(const std::string& warning)> on_warning;

  /// Log a summary of data, model and training, and the folder of the result.
  bool log_summary = true;

  /// A loaded base model without an adapter, whose frozen weights several runs share; the run's
  /// `model.dtype` and `model.device` are ignored. null: loaded from `model.path`.
  Llama base = nullptr;

  /// The result of `load_run_data` for the run; null: read by the run.
  const RunData* data = nullptr;
};

/// Fine-tunes a model with the config `run`, and writes to `output.dir`: config.json,
/// metrics.jsonl, checkpoint-{step}, best (the weights with the lowest validation loss) and, at the
/// end, the folder adapter or, if all weights are trained, model. Seeds torch's random generator.
/// Returns that folder, or the checkpoint if the run was stopped (empty before the first step).
/// Resuming a finished run changes nothing. `output.dir` is locked against other processes.
///
/// For example:
/// ```
/// RunConfig run;
/// run.model.path = "llama-2-7b";
/// run.adapter["allocation"] = "2468";
/// run.data.task = "cola";
/// run.data.path = "data/cola";
/// run.output.dir = "runs/cola";
/// const std::string adapter = finetune(run);
/// ```
///
/// Throws `Error` if a value of `run` is invalid, a file cannot be read or written, `output.dir` is
/// not empty (with `resume`: contains anything but this run) or in use by another process, or a
/// loss is not finite.
std::string finetune(const RunConfig& run, const FinetuneOptions& options = {});

}  // namespace mola
