#pragma once

#include <functional>
#include <string>

#include "mola/config/pretrain_config.h"

namespace mola {

/// How `pretrain` runs, apart from its config. None of it changes a result.
struct PretrainOptions {
  /// Resume the run in `output.dir` from its latest checkpoint; start a new one if there is none.
  bool resume = false;

  /// Asked before each micro-batch; true stops the run: the step in progress is discarded and the
  /// checkpoint of the last whole step is saved.
  std::function<bool()> should_stop;
};

/// Trains a tokenizer and a model from text, in `output.dir`: start (the tokenizer and the initial
/// model), config.json, metrics.jsonl, checkpoint-{step} and, at the end, the folder model. Seeds
/// torch's random generator. Returns the folder of the model, or the checkpoint where the run was
/// stopped (empty before the first step).
///
/// Throws `Error` as `finetune` does, and if the text does not yield the pieces of the vocabulary.
std::string pretrain(const PretrainConfig& config, const PretrainOptions& options = {});

}  // namespace mola
