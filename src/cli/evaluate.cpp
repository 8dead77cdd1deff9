// mola evaluate: measures how often a model answers the rows of a task correctly.
#include <cstdio>
#include <map>
#include <optional>

#include "base/input_file.h"
#include "base/output_file.h"
#include "base/progress.h"
#include "base/stop_signal.h"
#include "cli/commands.h"
#include "cli/evaluation_identity.h"
#include "cli/model.h"
#include "cli/saved_predictions.h"
#include "mola/base/error.h"
#include "mola/data/tokenizer.h"
#include "mola/eval/evaluation.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  RowOptions rows;
  std::string protocol = "generate";
  EvaluationOptions options;
  bool resume = false;
  Output output;
};

[[noreturn]] void stop(const Settings& settings, size_t done, size_t total) {
  if (done == 0)
    throw Stopped("stopped by " + stop_signal_name() + " before the first row is done");
  const std::string state = "stopped by " + stop_signal_name() + " after " + std::to_string(done) +
                            " of " + std::to_string(total) + " rows; ";
  throw Stopped(
      state + (settings.output.has_json_file()
                   ? "they are in " + settings.output.partial_path() + ", add --resume to continue"
                   : "with --json FILE they would have been kept"));
}

// Shows how far the evaluation is.
class Score {
 public:
  Score(const std::string& task, size_t total, const std::map<size_t, Prediction>& predicted)
      : progress_("evaluating " + task, static_cast<int64_t>(total),
                  static_cast<int64_t>(predicted.size())) {
    for (const auto& [i, prediction] : predicted) count(prediction);
  }

  void add(const Prediction& prediction) {
    count(prediction);
    char score[32];
    std::snprintf(score, sizeof score, "accuracy %.3f",
                  static_cast<double>(correct_) / static_cast<double>(done_));
    progress_.update(done_, score);
  }

 private:
  void count(const Prediction& prediction) {
    ++done_;
    correct_ += prediction.outcome.is_correct() ? 1 : 0;
  }

  Progress progress_;
  int64_t done_ = 0;
  int64_t correct_ = 0;
};

// `saved`, which may be null, has the predictions of an interrupted evaluation and takes the
// others.
std::vector<Prediction> predict(const Settings& settings, const Task& task,
                                const std::vector<Example>& examples, SavedPredictions* saved) {
  std::map<size_t, Prediction> predicted;
  if (saved != nullptr) predicted = saved->all();
  const bool has_scores = settings.options.protocol == Protocol::kScore;
  for (const auto& [i, prediction] : predicted) {
    const size_t expected = has_scores ? answers_of(task, examples[i]).size() : 0;
    if (prediction.scores.size() == expected) continue;
    fail(settings.output.partial_path(), ": row ", i, " has ", prediction.scores.size(),
         " scores, expected ", expected);
  }
  if (predicted.size() < examples.size()) {
    const StopSignals signals;
    const Tokenizer tokenizer(settings.model.model);
    auto model = load_model(settings.model);
    Score score(task.name, examples.size(), predicted);
    const auto obey_signals = [&] {
      if (is_stop_requested()) stop(settings, predicted.size(), examples.size());
    };
    evaluate(
        model, tokenizer, task, examples, settings.options,
        [&](size_t i, const Prediction& prediction) {
          predicted[i] = prediction;
          if (saved != nullptr) saved->add(i, prediction);
          score.add(prediction);
          obey_signals();
        },
        [&](size_t i) { return predicted.count(i) > 0; }, obey_signals);
  }
  std::vector<Prediction> all;
  for (auto& [i, prediction] : predicted) all.push_back(std::move(prediction));
  return all;
}

void print_share(const Output& output, const char* name, const Estimate& share) {
  output.print("%-10s %.4f  (95 %% interval %.4f to %.4f)\n", name, share.value, share.low,
               share.high);
}

void print_summary(const Settings& settings, const Task& task, size_t rows,
                   const EvaluationSummary& summary) {
  const auto& output = settings.output;
  output.print("%-10s %s, %zu rows of %s\n", "task", task.name.c_str(), rows,
               settings.rows.split.c_str());
  print_share(output, "accuracy", summary.accuracy);
  print_share(output, "majority", summary.majority);
  if (!summary.metric.empty()) {
    output.print("%-10s %.4f\n", summary.metric.c_str(), summary.metric_value);
  }
  if (settings.options.protocol == Protocol::kGenerate) {
    output.print("%-10s %lld\n", "no answer", static_cast<long long>(summary.unanswered));
  }
}

void run(Settings& settings) {
  auto& output = settings.output;
  if (settings.resume && !output.has_json_file()) fail("--resume: needs --json FILE");
  output.lock();
  settings.options.protocol = settings.protocol == "score" ? Protocol::kScore : Protocol::kGenerate;
  check_input_folder("model", settings.model.model);
  const auto task = find_task(settings.rows.task);
  if (task.answers.empty()) fail("--task ", task.name, ": has no answers to compare with");
  const auto examples =
      task.read(settings.rows.data, settings.rows.split_to_read(), settings.rows.read_options());
  if (examples.empty()) fail(settings.rows.data, ": has no rows");
  std::optional<SavedPredictions> saved;
  if (output.has_json_file()) {
    saved.emplace(output, evaluation_identity(settings.model, settings.options, task, examples),
                  settings.resume);
  }
  const auto predictions = predict(settings, task, examples, saved ? &*saved : nullptr);
  warn_of_missing_answers(task, settings.options, predictions);
  print_summary(settings, task, examples.size(), summarize(task, predictions));
  const auto json = evaluation_json(task, settings.options, examples, predictions) + "\n";
  if (!saved) return output.json_line(json);
  write_file(output.json_path, json);
  saved->remove();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_model_options(app, settings->model);
  add_row_options(app, settings->rows, Rows::kRequired);
  add_choice(app, "--protocol", settings->protocol, {"generate", "score"},
             "generate: parse the answer from the generated response; score: take the answer with "
             "the highest log-probability");
  app.add_flag("--normalize", settings->options.normalize,
               "score: divide log-probabilities by the number of response tokens");
  add_max_new_tokens_option(app, settings->options.max_new_tokens);
  add_batch_size_option(app, settings->options.batch_size);
  add_resume_flag(app, settings->resume);
  add_json_option(app, settings->output);
  return [&app, settings] {
    const bool is_score = settings->protocol == "score";
    refuse_without_effect(app, {is_score ? "--max-new-tokens" : "--normalize"},
                          "with --protocol " + settings->protocol);
    run(*settings);
  };
}

}  // namespace

Command evaluate_command() {
  return {"evaluate",
          "Using a model",
          "Measure the accuracy of a model on a task",
          "Measure the accuracy of a model, with or without an adapter, on the rows of a task.\n"
          "With --json FILE every result is kept in FILE.partial until the end; an interrupted\n"
          "evaluation continues with --resume.",
          {"mola evaluate --model models/llama-2-7b --adapter runs/cola/adapter --task cola \\\n"
           "      --data data/glue/CoLA --json cola.json"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
