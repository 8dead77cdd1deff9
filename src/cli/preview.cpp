// mola preview: shows the examples of a task as the model will see them.
#include "data/preview.h"

#include "cli/commands.h"
#include "cli/options.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"
#include "mola/data/encode.h"

namespace mola::cli {
namespace {

struct Settings {
  RowOptions rows;
  int64_t index = 0;
  bool all = false;
  bool train_on_prompt = DataConfig().train_on_prompt;
  std::string model;
  Output output;
};

class Preview {
 public:
  explicit Preview(Settings& settings) : settings_(settings) {
    if (!settings.model.empty()) tokenizer_.emplace(settings.model);
  }

  void show(int64_t index, const Example& example) {
    Sequence sequence;
    if (tokenizer_) {
      const auto max_length = settings_.rows.max_length.value_or(DataConfig().max_length);
      sequence = encode(*tokenizer_, example, max_length, settings_.train_on_prompt);
    }
    settings_.output.json_line(tokenizer_ ? preview_json(example, sequence, *tokenizer_)
                                          : preview_json(example));
    print(index, example, sequence);
  }

 private:
  void print(int64_t index, const Example& example, const Sequence& sequence) const {
    const auto& output = settings_.output;
    const std::string heading = "--- example " + std::to_string(index) + ", ";
    output.write("\n" + heading + "prompt\n" + example.prompt + "\n" + heading + "response\n" +
                 example.response + "\n");
    if (!tokenizer_) return;
    output.write(heading + std::to_string(sequence.input_ids.size()) +
                 " tokens (* contributes to the loss)\n" + preview_tokens(sequence, *tokenizer_));
  }

  Settings& settings_;
  std::optional<Tokenizer> tokenizer_;
};

void run(Settings& settings) {
  settings.output.open();
  const auto& rows = settings.rows;
  const auto task = find_task(rows.task);
  Preview preview(settings);
  const auto examples = task.read(rows.data, rows.split_to_read(), rows.read_options());
  const auto count = static_cast<int64_t>(examples.size());
  if (count == 0) fail(rows.data, ": the split ", rows.split, " has no examples");
  if (settings.index >= count) {
    fail("--index: found ", settings.index, ", but the split ", rows.split, " of ", rows.data,
         " has ", count, " examples, counted from 0");
  }
  settings.output.print("%s, split %s: %lld examples\n", rows.task.c_str(), rows.split.c_str(),
                        static_cast<long long>(count));
  const int64_t begin = settings.all ? 0 : settings.index;
  const int64_t end = settings.all ? count : begin + 1;
  for (int64_t i = begin; i < end; ++i) preview.show(i, examples[i]);
  settings.output.close();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  settings->rows.split = "train";
  add_model_option(app, settings->model)->required(false);
  add_row_options(app, settings->rows, Rows::kRequired);
  add_max_length_option(app, settings->rows.max_length)
      ->default_str(std::to_string(DataConfig().max_length));
  auto* index = add_number(app, "--index", settings->index, 0,
                           "Show the example with this index, counted from 0")
                    ->capture_default_str();
  app.add_flag("--all", settings->all, "Show all examples")->excludes(index);
  app.add_option("--train-on-prompt", settings->train_on_prompt,
                 "Compute the loss on the prompt too; false: on the response only")
      ->type_name("true|false")
      ->default_str(settings->train_on_prompt ? "true" : "false");
  add_json_option(app, settings->output);
  return [&app, settings] {
    if (settings->model.empty()) {
      refuse_without_effect(app, {"--max-length", "--train-on-prompt"}, "without --model");
    }
    run(*settings);
  };
}

}  // namespace

Command preview_command() {
  return {"preview",
          "Runs and data",
          "Show the examples of a task as the model sees them",
          "Show the examples of a task as the model sees them; with --model, also as tokens.",
          {"mola preview --task cola --data data/glue/CoLA --index 3",
           "mola preview --task cola --data data/glue/CoLA --all --json cola.jsonl"},
          /*computes=*/false,
          add_options};
}

}  // namespace mola::cli
