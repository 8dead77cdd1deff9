// mola evaluate: measures how often a model answers the rows of a task correctly.
#include <cstdio>

#include "base/progress.h"
#include "cli/commands.h"
#include "cli/model.h"
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
  Output output;
};

std::vector<Prediction> predict(const Settings& settings, const Task& task,
                                const std::vector<Example>& examples) {
  const Tokenizer tokenizer(settings.model.model);
  auto model = load_model(settings.model);
  Progress progress("evaluating " + task.name, static_cast<int64_t>(examples.size()));
  int64_t done = 0, correct = 0;
  return evaluate(model, tokenizer, task, examples, settings.options,
                  [&](size_t, const Prediction& prediction) {
                    ++done;
                    correct += prediction.outcome.is_correct() ? 1 : 0;
                    char score[32];
                    std::snprintf(score, sizeof score, "accuracy %.3f",
                                  static_cast<double>(correct) / static_cast<double>(done));
                    progress.update(done, score);
                  });
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
  settings.output.check();
  settings.options.protocol = settings.protocol == "score" ? Protocol::kScore : Protocol::kGenerate;
  const auto task = find_task(settings.rows.task);
  if (task.answers.empty()) fail("--task ", task.name, ": has no answers to compare with");
  const auto examples =
      task.read(settings.rows.data, settings.rows.split_to_read(), settings.rows.read_options());
  if (examples.empty()) fail(settings.rows.data, ": has no rows");
  const auto predictions = predict(settings, task, examples);
  print_summary(settings, task, examples.size(), summarize(task, predictions));
  settings.output.json_line(evaluation_json(task, settings.options, examples, predictions));
  settings.output.close();
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
  add_json_option(app, settings->output);
  return [settings] { run(*settings); };
}

}  // namespace

Command evaluate_command() {
  return {"evaluate",
          "Using a model",
          "Measure the accuracy of a model on a task",
          "Measure the accuracy of a model, with or without an adapter, on the rows of a task.",
          {"mola evaluate --model models/llama-2-7b --adapter runs/cola/adapter --task cola \\\n"
           "      --data data/glue/CoLA --json cola.json"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
