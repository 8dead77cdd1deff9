#pragma once

#include <functional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/model/llama.h"
#include "mola/train/trainer.h"

namespace mola {

/// How `finetune` runs, apart from its config. None of it changes a result.
struct FinetuneOptions {
  /// Resume the run in `output.dir` from its latest checkpoint; start a new one if there is none.
  bool resume = false;

  /// Called after each step, once it is recorded. false stops the run there: the checkpoint of that
  /// step is saved, whatever `output.save_every` says, and `resume` continues from it to the bits
  /// of a run that was not stopped. After the last step it stops nothing.
  std::function<bool(const Trainer::Step& step)> on_step;

  /// Asked before each micro-batch; true stops the run: the step in progress is discarded and the
  /// checkpoint of the last whole step is saved, as with `on_step`.
  std::function<bool()> should_stop;

  /// Gets each warning about suspicious settings; empty: they are logged.
  std::function<void(const std::string& warning)> on_warning;

  /// Log what is trained on what, and where the result is saved.
  bool log_summary = true;

  /// The base model, loaded and without an adapter, for several runs on one: its frozen weights are
  /// shared, and `model.dtype` and `model.device` of the run are not looked at. null: loaded from
  /// `model.path`.
  Llama base = nullptr;

  /// What `load_run_data` gave for the run; null: read by the run.
  const RunData* data = nullptr;
};

/// Fine-tunes as `run` says, in `output.dir`: config.json, metrics.jsonl, checkpoint-{step}, best
/// (the lowest validation loss) and, at the end, the folder adapter or, where all weights are
/// trained, model. Seeds torch's random generator. Returns the folder of what was trained: that
/// last one, or the checkpoint where the run was stopped (empty before the first step). A finished
/// run that is resumed is left as it is. While it runs, `output.dir` is locked against others.
///
/// Example:
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
/// Throws `Error` if a value of `run` is not usable, a file cannot be read or written, `output.dir`
/// holds files (with `resume`: other than those of this run) or is in use by another process, or a
/// loss is no longer finite.
std::string finetune(const RunConfig& run, const FinetuneOptions& options = {});

}  // namespace mola
