#include "mola/eval/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/excerpt.h"
#include "eval/context_length.h"
#include "mola/base/error.h"
#include "mola/data/encode.h"
#include "mola/eval/answer.h"
#include "mola/eval/generation.h"
#include "mola/eval/scoring.h"

namespace mola {
namespace {

// The answer in the reference response.
std::string expected_answer(const Task& task, const Example& example) {
  const auto answer = parse_answer(example.response, answers_of(task, example));
  if (!answer) fail(task.name, ": no answer in the response '", excerpt(example.response), "'");
  return *answer;
}

std::vector<Prediction> by_generation(Llama& model, const Tokenizer& tokenizer, const Task& task,
                                      const std::vector<Example>& examples,
                                      const EvaluationOptions& options,
                                      const OnPrediction& on_prediction, const IsDone& is_done,
                                      const std::function<void()>& before_pass) {
  std::vector<std::string> prompts;
  for (const auto& example : examples) prompts.push_back(example.prompt);
  GenerationOptions generation;
  generation.max_new_tokens = options.max_new_tokens;
  generation.batch_size = options.batch_size;
  generation.is_done = is_done;
  generation.before_pass = before_pass;
  generation.is_whole = [&](size_t i, const std::string& text) {
    return has_settled_answer(text, answers_of(task, examples[i]));
  };
  std::vector<Prediction> predictions(examples.size());
  GenerationObserver observer;
  observer.on_end = [&](size_t i, const Generation& response) {
    predictions[i] = {{expected_answer(task, examples[i]),
                       parse_answer(response.text, answers_of(task, examples[i])).value_or("")},
                      response.text,
                      {}};
    if (on_prediction) on_prediction(i, predictions[i]);
  };
  generate(model, tokenizer, prompts, generation, observer);
  return predictions;
}

// Prompt and response, with only the response labelled, without eos.
Sequence response_sequence(const Tokenizer& tokenizer, const std::string& prompt,
                           const std::string& response) {
  auto sequence = encode(tokenizer, {prompt, response}, std::numeric_limits<int64_t>::max(),
                         /*train_on_prompt=*/false);
  sequence.input_ids.pop_back();
  sequence.labels.pop_back();
  return sequence;
}

// The best of scores that are not finite would be a chance.
void check_scores(const std::string& row, const std::vector<std::string>& answers,
                  const std::vector<double>& scores) {
  for (size_t a = 0; a < scores.size(); ++a) {
    if (std::isfinite(scores[a])) continue;
    fail(row, ": the score of the answer '", excerpt(answers[a]),
         "' is not finite; the weights of the model or its adapter may not be either");
  }
}

std::vector<Prediction> by_scoring(Llama& model, const Tokenizer& tokenizer, const Task& task,
                                   const std::vector<Example>& examples,
                                   const EvaluationOptions& options,
                                   const OnPrediction& on_prediction, const IsDone& is_done) {
  tokenizer.check_fits(model->config.vocab_size);
  std::vector<Candidates> rows;
  std::vector<std::vector<int64_t>> ids;
  for (const auto& example : examples) {
    rows.emplace_back();
    for (const auto& answer : answers_of(task, example)) {
      rows.back().push_back(response_sequence(tokenizer, example.prompt, task.response(answer)));
      check_ids(rows.back().back(), model->config.vocab_size);
      ids.push_back(rows.back().back().input_ids);
    }
  }
  warn_if_too_long(ids, 0, model->config);
  std::vector<Prediction> predictions(examples.size());
  const auto on_scores = [&](size_t i, std::vector<double> scores) {
    for (size_t a = 0; options.normalize && a < scores.size(); ++a) {
      scores[a] /= static_cast<double>(count_targets(rows[i][a]));
    }
    const auto& place = examples[i].place;
    check_scores(place.empty() ? "row " + std::to_string(i) + " (from 0)" : place,
                 answers_of(task, examples[i]), scores);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    predictions[i] = {
        {expected_answer(task, examples[i]), answers_of(task, examples[i])[best]}, "", scores};
    if (on_prediction) on_prediction(i, predictions[i]);
  };
  score_candidates(model, rows, options.batch_size, on_scores, is_done);
  return predictions;
}

}  // namespace

std::vector<Prediction> evaluate(Llama& model, const Tokenizer& tokenizer, const Task& task,
                                 const std::vector<Example>& examples,
                                 const EvaluationOptions& options,
                                 const OnPrediction& on_prediction, const IsDone& is_done,
                                 const std::function<void()>& before_pass) {
  if (task.answers.empty()) {
    fail("task ", task.name, ": has no answers, expected a task with answers");
  }
  if (options.batch_size < 1) {
    fail("batch_size: found ", options.batch_size, ", expected at least 1");
  }
  model->eval();
  return options.protocol == Protocol::kGenerate
             ? by_generation(model, tokenizer, task, examples, options, on_prediction, is_done,
                             before_pass)
             : by_scoring(model, tokenizer, task, examples, options, on_prediction, is_done);
}

}  // namespace mola
