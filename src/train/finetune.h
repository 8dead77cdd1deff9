#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/train/trainer.h"
#include "train/recorder.h"

namespace mola {

/// A run from its data to its folder: trains a model and records it.
class Finetune {
 public:
  /// `model` has its base loaded and its adapter started.
  Finetune(const Llama& model, const RunData& data, const RunConfig& run);

  int64_t total_steps() const { return trainer_.total_steps(); }

  /// Trains to the end, from the first step or, where `status` says that the run was stopped, from
  /// its newest checkpoint. Returns the folder of what was trained.
  std::string run(RunStatus status);

 private:
  RunConfig config_;
  Loader training_;
  std::optional<Loader> validation_;
  Trainer trainer_;
};

}  // namespace mola
