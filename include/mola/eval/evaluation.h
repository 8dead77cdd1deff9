#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/data/tokenizer.h"
#include "mola/eval/metrics.h"
#include "mola/eval/scoring.h"
#include "mola/model/llama.h"
#include "mola/tasks/example.h"
#include "mola/tasks/task.h"

namespace mola {

/// The prediction of a model for one row.
struct Prediction {
  Outcome outcome;
  std::string text;            ///< generate: the response
  std::vector<double> scores;  ///< score: one for each of the row's answers
};

/// Called as rows finish, in any order.
using OnPrediction = std::function<void(size_t index, const Prediction& prediction)>;

/// Evaluates `model` on each example, except those that `is_done` says an interrupted process has
/// evaluated: their predictions stay empty. Generation is greedy. A score is the sum of the
/// log-probabilities of the response's tokens, except eos. The model is left in evaluation mode.
/// `before_pass` is called before each token that is generated, and may end the evaluation with an
/// exception. Throws `Error` for a task without answers, a value out of range, and scores that are
/// not finite.
std::vector<Prediction> evaluate(Llama& model, const Tokenizer& tokenizer, const Task& task,
                                 const std::vector<Example>& examples,
                                 const EvaluationOptions& options,
                                 const OnPrediction& on_prediction = {}, const IsDone& is_done = {},
                                 const std::function<void()>& before_pass = {});

/// Warns if more than half of the generated responses have no answer: then the metrics say little
/// about the model.
void warn_of_missing_answers(const Task& task, const EvaluationOptions& options,
                             const std::vector<Prediction>& predictions);

/// The results of an evaluation.
struct EvaluationSummary {
  Estimate accuracy;
  Estimate majority;   ///< accuracy of the most frequent answer
  int64_t unanswered;  ///< rows without an answer in the response
  std::string metric;  ///< the task's own besides accuracy: "f1", "matthews"; or empty
  double metric_value = 0;
};

EvaluationSummary summarize(const Task& task, const std::vector<Prediction>& predictions);

/// The summary and every prediction as JSON text.
std::string evaluation_json(const Task& task, const EvaluationOptions& options,
                            const std::vector<Example>& examples,
                            const std::vector<Prediction>& predictions);

}  // namespace mola
