#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/data/tokenizer.h"
#include "mola/eval/metrics.h"
#include "mola/model/llama.h"
#include "mola/tasks/example.h"
#include "mola/tasks/task.h"

namespace mola {

/// What a model made of one row.
struct Prediction {
  Outcome outcome;
  std::string text;            ///< generate: the response
  std::vector<double> scores;  ///< score: one for each of the row's answers
};

/// What is called as rows are done, which need not be their order.
using OnPrediction = std::function<void(size_t index, const Prediction& prediction)>;

/// Asks `model` for the answer of each example. Generation is greedy. A score is the sum of the
/// log-probabilities of the response's tokens, eos aside. The model is left in evaluation mode.
/// Throws `Error` for a task without answers and a value out of range.
std::vector<Prediction> evaluate(Llama& model, const Tokenizer& tokenizer, const Task& task,
                                 const std::vector<Example>& examples,
                                 const EvaluationOptions& options,
                                 const OnPrediction& on_prediction = {});

/// The figures of an evaluation.
struct EvaluationSummary {
  Estimate accuracy;
  Estimate majority;   ///< of always giving the most frequent answer
  int64_t unanswered;  ///< rows in whose response no answer was found
  std::string metric;  ///< the task's own beside accuracy: "f1", "matthews"; empty without
  double metric_value = 0;
};

EvaluationSummary summarize(const Task& task, const std::vector<Prediction>& predictions);

/// The summary and every prediction as JSON text.
std::string evaluation_json(const Task& task, const EvaluationOptions& options,
                            const std::vector<Example>& examples,
                            const std::vector<Prediction>& predictions);

}  // namespace mola
