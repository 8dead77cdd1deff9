// Measures how often a model answers the rows of a task right.
#include <cstdio>

#include "program.h"

namespace {

struct Settings {
  ModelOptions model;
  std::string task;
  std::string data;
  std::string split = "test";
  std::string protocol = "generate";
  mola::EvaluationOptions options;
  mola::ReadOptions rows;
  bool skip_bad_rows = false;
  std::string json;
};

std::vector<mola::Prediction> predict(const Settings& settings, const mola::Task& task,
                                      const std::vector<mola::Example>& examples) {
  const mola::Tokenizer tokenizer(settings.model.model);
  auto model = settings.model.load();
  mola::Progress progress("evaluating " + task.name, static_cast<int64_t>(examples.size()));
  int64_t done = 0, correct = 0;
  return mola::evaluate(model, tokenizer, task, examples, settings.options,
                        [&](size_t, const mola::Prediction& prediction) {
                          ++done;
                          correct += prediction.outcome.is_correct() ? 1 : 0;
                          char score[32];
                          std::snprintf(score, sizeof score, "accuracy %.3f",
                                        static_cast<double>(correct) / static_cast<double>(done));
                          progress.update(done, score);
                        });
}

void print_share(const char* name, const mola::Estimate& share) {
  std::printf("%-10s %.4f  (95 %% interval %.4f to %.4f)\n", name, share.value, share.low,
              share.high);
}

void run(Settings& settings) {
  if (!settings.json.empty()) mola::check_output_file(settings.json);
  const auto& task = mola::find_task(settings.task);
  if (task.answers.empty()) mola::fail("--task ", task.name, ": has no answers to compare with");
  if (settings.skip_bad_rows) settings.rows.on_bad_row = mola::OnBadRow::kSkip;
  const auto examples = task.read(settings.data, kSplits.at(settings.split), settings.rows);
  if (examples.empty()) mola::fail(settings.data, ": has no rows");
  const auto predictions = predict(settings, task, examples);
  const auto summary = mola::summarize(task, predictions);
  std::printf("%-10s %s, %zu rows of %s\n", "task", task.name.c_str(), examples.size(),
              settings.split.c_str());
  print_share("accuracy", summary.accuracy);
  print_share("majority", summary.majority);
  if (!summary.metric.empty()) {
    std::printf("%-10s %.4f\n", summary.metric.c_str(), summary.metric_value);
  }
  if (settings.options.protocol == mola::Protocol::kGenerate) {
    std::printf("%-10s %lld\n", "no answer", static_cast<long long>(summary.unanswered));
  }
  if (!settings.json.empty()) {
    mola::write_file(settings.json,
                     mola::evaluation_json(task, settings.options, examples, predictions) + "\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures how often a model answers the rows of a task right.\n");
  app.footer(
      "\nExample:\n  evaluate --model llama-2-7b --adapter runs/cola/adapter --task cola "
      "--data data/glue/CoLA --json cola.json");
  Settings settings;
  add_model_options(app, settings.model);
  app.add_option("--task", settings.task, "such as cola or mrpc")->required()->type_name("NAME");
  app.add_option("--data", settings.data, "the file or folder that the task reads")
      ->required()
      ->check(kNotEmpty)
      ->type_name("PATH");
  add_split_option(app, settings.split);
  app.add_option(
         "--protocol", settings.protocol,
         "generate: the answer is parsed out of what the model writes; score: the likeliest "
         "of the task's answers")
      ->check(CLI::IsMember({"generate", "score"}))
      ->capture_default_str();
  app.add_flag("--normalize", settings.options.normalize,
               "score: divides by the number of the answer's tokens");
  app.add_option("--max-new-tokens", settings.options.max_new_tokens, "generate: of a response")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch-size", settings.options.batch_size, "rows at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--topic", settings.rows.topic, "the rows of this topic only")->check(kNotEmpty);
  app.add_option("--limit", settings.rows.limit, "the first so many of these rows only")
      ->check(CLI::PositiveNumber);
  app.add_flag("--skip-bad-rows", settings.skip_bad_rows,
               "warns of rows that cannot be used, and goes on without them");
  app.add_option("--json", settings.json, "writes the figures and every prediction there")
      ->check(kNotEmpty)
      ->type_name("FILE");
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    settings.options.protocol =
        settings.protocol == "score" ? mola::Protocol::kScore : mola::Protocol::kGenerate;
    run(settings);
  });
}
