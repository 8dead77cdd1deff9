#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/data/tokenizer.h"
#include "mola/model/llama.h"
#include "train/recorder.h"

namespace mola {

/// Whether a task is scored by its answers, and otherwise by its loss.
bool has_answers(const std::string& task);

/// Rows to evaluate on: as text, or as tokens where their task has no answers.
struct EvaluationRows {
  std::vector<Example> examples;
  std::vector<Sequence> sequences;
};

/// The fingerprint of rows of the task of `config`.
std::string rows_fingerprint(const RunConfig& config, const EvaluationRows& rows);

/// Trains and evaluates the runs of a plan on one loaded base.
class Runner {
 public:
  /// `has_text`: a run reads text, so the base has to have a tokenizer.
  Runner(const ModelConfig& base, const PlanEvaluation& evaluation, bool has_text);

  RunData read_data(const RunConfig& config) const;

  /// Up to the limit of the evaluation, of those that `config` held out.
  EvaluationRows held_out_rows(const RunConfig& config, const RunData& data) const;

  /// The same of its task's test rows. Throws `Error` if there are none.
  EvaluationRows read_test_rows(const RunConfig& config) const;

  /// Trains the run to its end, from the first step or its newest checkpoint as `status` says.
  /// Throws `Stopped` after a stop signal, once the checkpoint is saved; so does `score`.
  void train(const RunConfig& config, const RunData& data, RunStatus status);

  struct Trained {
    Llama model;
    int64_t trainable_parameters;
  };

  /// What the run saved, rather than what may still be in memory: both give the same, and a run
  /// that was finished earlier has only the former.
  Trained load_trained(const RunConfig& config) const;

  /// Accuracy, or the loss where the task has no answers. Throws `Error` if that is not finite.
  double score(Llama& model, const RunConfig& config, const EvaluationRows& rows) const;

  /// Decoder layers of the base.
  int64_t layers() const { return base_->config.num_hidden_layers; }

 private:
  const Tokenizer* tokenizer() const { return tokenizer_ ? &*tokenizer_ : nullptr; }
  size_t limit() const { return static_cast<size_t>(evaluation_.limit.value_or(INT64_MAX)); }

  PlanEvaluation evaluation_;
  torch::Device device_;
  Llama base_;
  std::optional<Tokenizer> tokenizer_;
  std::set<std::string> warnings_;  // that were told
};

}  // namespace mola
