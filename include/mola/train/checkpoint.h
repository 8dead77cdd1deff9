#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mola/train/trainer.h"

namespace mola {

/// What a run has to be resumed with, besides its config: files that it names may have changed, and
/// `auto` may resolve differently on another machine.
struct RunIdentity {
  std::string rows;   ///< fingerprint of the tokens and labels of its rows
  std::string dtype;  ///< of the base model
  std::string device;
  std::string base_model;  ///< fingerprint of its folder; empty in older checkpoints

  bool is_known() const { return !rows.empty(); }  ///< version 0.1 saved none
};

/// The numbers of a completed step whose validation was interrupted.
struct PendingStep {
  double learning_rate = 0;
  double grad_norm = 0;
};

/// The progress of a run, besides its tensors.
struct RunProgress {
  int64_t step = 0;  ///< the last completed one
  std::optional<double> best_validation_loss;
  UnloggedSums unlogged;
  std::optional<PendingStep> pending;  ///< the last step, if it is still to be validated and logged
  RunIdentity identity;
  std::string version;  ///< of the library that saved it; empty in older ones
  std::string layout;   ///< of the optimizer's tensors; `save_checkpoint` sets it; likewise
};

/// The progress that the checkpoint `folder` holds. Throws `Error` if it is missing or damaged.
RunProgress read_progress(const std::string& folder);

/// Writes a checkpoint to `folder`, atomically, from which a run resumes with bit-identical
/// results: the files of the adapter or, if all weights are trained, of a model with the config and
/// tokenizer of the folder `source`; state.safetensors (the trainer's tensors and the states of the
/// random generators); and progress.json. The step determines the position in the data. Throws
/// `Error` if `folder` cannot be written.
void save_checkpoint(Trainer& trainer, const RunProgress& progress, const std::string& source,
                     const std::string& folder);

/// Loads the checkpoint `folder` into a trainer with the same config. Throws `Error` if a file is
/// missing, damaged or from another run.
RunProgress load_checkpoint(Trainer& trainer, const std::string& folder);

}  // namespace mola
