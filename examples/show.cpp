// Shows the examples of a task as the model will see them.
#include "program.h"

namespace {

struct Settings {
  std::string task;
  std::string path;
  std::string split = "train";
  std::string topic;
  int64_t index = 0;
  bool all = false;
  std::string model;
  bool json = false;
  int64_t max_length = mola::DataConfig().max_length;
  bool train_on_prompt = mola::DataConfig().train_on_prompt;
};

void print_text(int64_t index, const mola::Example& example) {
  const auto number = static_cast<long long>(index);
  std::printf("\n--- example %lld, prompt\n%s\n--- example %lld, response\n%s\n", number,
              example.prompt.c_str(), number, example.response.c_str());
}

void print_tokens(int64_t index, const mola::Sequence& sequence, const mola::Tokenizer& tokenizer) {
  std::printf("--- example %lld, %zu tokens (the loss looks at those with *)\n%s",
              static_cast<long long>(index), sequence.input_ids.size(),
              mola::preview_tokens(sequence, tokenizer).c_str());
}

void print_example(int64_t index, const mola::Example& example, const Settings& settings,
                   const std::optional<mola::Tokenizer>& tokenizer) {
  mola::Sequence sequence;
  if (tokenizer) {
    sequence = mola::encode(*tokenizer, example, settings.max_length, settings.train_on_prompt);
  }
  if (settings.json) {
    std::puts((tokenizer ? mola::preview_json(example, sequence, *tokenizer)
                         : mola::preview_json(example))
                  .c_str());
    return;
  }
  print_text(index, example);
  if (tokenizer) print_tokens(index, sequence, *tokenizer);
}

void show(const Settings& settings) {
  const auto& task = mola::find_task(settings.task);
  std::optional<mola::Tokenizer> tokenizer;
  if (!settings.model.empty()) tokenizer.emplace(settings.model);
  mola::ReadOptions rows;
  rows.on_bad_row = mola::OnBadRow::kSkip;
  rows.topic = settings.topic;
  const auto examples = task.read(settings.path, kSplits.at(settings.split), rows);
  const auto count = static_cast<int64_t>(examples.size());
  if (settings.index >= count) {
    mola::fail("--index: found ", settings.index, ", but the split ", settings.split, " of ",
               settings.path, " has ", count, " examples, counted from 0");
  }
  if (!settings.json) {
    std::printf("%s, split %s: %lld examples\n", settings.task.c_str(), settings.split.c_str(),
                static_cast<long long>(count));
  }
  const int64_t begin = settings.all ? 0 : settings.index;
  const int64_t end = settings.all ? count : begin + 1;
  for (int64_t i = begin; i < end; ++i) print_example(i, examples[i], settings, tokenizer);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Shows the examples of a task as the model will see them.\n");
  app.footer("\nExample:\n  show --task cola --data data/glue/CoLA --split train --index 3");
  Settings settings;
  app.add_option("--task", settings.task, "as data.task of a config, tokens excepted")->required();
  app.add_option("--data", settings.path, "as data.path of a config")
      ->required()
      ->check(kNotEmpty)
      ->type_name("PATH");
  add_split_option(app, settings.split);
  app.add_option("--topic", settings.topic, "the examples of this topic only")->check(kNotEmpty);
  auto* index = app.add_option("--index", settings.index, "the example, counted from 0")
                    ->check(CLI::NonNegativeNumber)
                    ->capture_default_str();
  app.add_flag("--all", settings.all, "all examples of the split")->excludes(index);
  app.add_option("--model", settings.model, "shows tokens too, of this Hugging Face folder")
      ->check(kNotEmpty)
      ->type_name("PATH");
  app.add_option("--max-length", settings.max_length, "tokens; the rest is cut")
      ->check(CLI::Range(int64_t{2}, int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--train-on-prompt", settings.train_on_prompt, "as data.train_on_prompt")
      ->capture_default_str();
  app.add_flag("--json", settings.json, "one JSON object a line and nothing else");
  return run_program(app, argc, argv, [&] { show(settings); });
}
