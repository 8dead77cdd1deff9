#include <nlohmann/json.hpp>

#include "mola/base/log.h"
#include "mola/eval/evaluation.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

std::vector<Outcome> outcomes_of(const std::vector<Prediction>& predictions) {
  std::vector<Outcome> outcomes;
  for (const auto& prediction : predictions) outcomes.push_back(prediction.outcome);
  return outcomes;
}

ordered_json to_json(const Estimate& share) {
  return {{"value", share.value}, {"low", share.low}, {"high", share.high}};
}

}  // namespace

void warn_of_missing_answers(const Task& task, const EvaluationOptions& options,
                             const std::vector<Prediction>& predictions) {
  const auto missing = static_cast<size_t>(count_unanswered(outcomes_of(predictions)));
  const size_t total = predictions.size();
  if (2 * missing <= total) return;
  log_warning(task.name + ": " + std::to_string(missing) + " of " + std::to_string(total) +
              " responses (" + std::to_string(100 * missing / total) +
              " %) have no answer and count as wrong; the model may not know the task's form of " +
              "answers, or max_new_tokens, " + std::to_string(options.max_new_tokens) +
              ", is too small");
}

EvaluationSummary summarize(const Task& task, const std::vector<Prediction>& predictions) {
  const auto outcomes = outcomes_of(predictions);
  EvaluationSummary summary;
  summary.accuracy = accuracy(outcomes);
  summary.majority = majority_accuracy(outcomes);
  summary.unanswered = count_unanswered(outcomes);
  if (task.metric == Metric::kF1) {
    summary.metric = "f1";
    summary.metric_value = f1_score(outcomes, task.answers[0]);
  } else if (task.metric == Metric::kMatthews) {
    summary.metric = "matthews";
    summary.metric_value = matthews_correlation(outcomes);
  }
  return summary;
}

std::string evaluation_json(const Task& task, const EvaluationOptions& options,
                            const std::vector<Example>& examples,
                            const std::vector<Prediction>& predictions) {
  const auto summary = summarize(task, predictions);
  const bool generates = options.protocol == Protocol::kGenerate;
  ordered_json json = {{"task", task.name},
                       {"protocol", generates ? "generate" : "score"},
                       {"normalize", options.normalize},
                       {"rows", predictions.size()},
                       {"accuracy", to_json(summary.accuracy)},
                       {"majority", to_json(summary.majority)},
                       {"unanswered", summary.unanswered}};
  if (!summary.metric.empty()) json[summary.metric] = summary.metric_value;
  json["predictions"] = ordered_json::array();
  for (size_t i = 0; i < predictions.size(); ++i) {
    const auto& prediction = predictions[i];
    ordered_json row = {{"prompt", examples[i].prompt},
                        {"expected", prediction.outcome.expected},
                        {"predicted", nullptr},
                        {"correct", prediction.outcome.is_correct()}};
    if (!prediction.outcome.predicted.empty()) row["predicted"] = prediction.outcome.predicted;
    if (generates) row["response"] = prediction.text;
    for (size_t a = 0; a < prediction.scores.size(); ++a) {
      row["scores"][answers_of(task, examples[i])[a]] = prediction.scores[a];
    }
    json["predictions"].push_back(row);
  }
  return json.dump(2, ' ', /*ensure_ascii=*/false);
}

}  // namespace mola
