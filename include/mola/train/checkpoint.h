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

  bool is_known() const { return !rows.empty(); }  ///< version 0.1 saved none
};

/// Where a run stands, besides its tensors.
struct RunProgress {
  int64_t step = 0;  ///< the last one taken
  std::optional<double> best_validation_loss;
  UnloggedSums unlogged;
  RunIdentity identity;
};

/// Writes to `folder`, whole or not at all, everything that a run needs to go on as if it had not
/// stopped: the files of the adapter or, where all weights are trained, of a model with the config
/// and tokenizer of the folder `source`; state.safetensors (the trainer's tensors and the state of
/// the random number generators) and progress.json. The position in the data follows from the step.
void save_checkpoint(Trainer& trainer, const RunProgress& progress, const std::string& source,
                     const std::string& folder);

/// Puts the checkpoint `folder` into a trainer of the same config. Throws `Error` if a file is
/// missing, damaged or of another run.
RunProgress load_checkpoint(Trainer& trainer, const std::string& folder);

}  // namespace mola
