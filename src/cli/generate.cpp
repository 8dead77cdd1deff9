// mola generate: continues texts with a model.
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/input_file.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/model.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/eval/generation.h"
#include "mola/tasks/prompt.h"
#include "tasks/text_file.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  std::vector<std::string> prompts;
  std::string prompt_file;
  bool is_instruction = false;
  bool is_interactive = false;
  GenerationOptions generation;
  Output output;
};

std::string json_of(const std::string& prompt, const Generation& generation) {
  static const std::map<Ending, std::string> kEndings = {
      {Ending::kEos, "eos"}, {Ending::kStop, "stop"}, {Ending::kLength, "length"}};
  using nlohmann::ordered_json;
  const ordered_json json = {{"prompt", prompt},
                             {"text", generation.text},
                             {"tokens", generation.tokens},
                             {"ending", kEndings.at(generation.ending)}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Throws `Error` after `place` for a prompt that no tokenizer reads as it is meant.
void check_prompt(const std::string& place, const std::string& prompt) {
  try {
    check_utf8(prompt);
  } catch (const Error& error) {
    fail(place, ": ", error.what());
  }
}

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  LineReader file(path);
  while (file.next()) {
    check_prompt(file.where(), file.text());
    lines.push_back(file.text());
  }
  if (lines.empty()) fail(path, ": holds no prompt, expected one per line");
  return lines;
}

// Of standard input, without a byte order mark and the end of a line in a file of Windows.
bool next_line(std::string& line) {
  if (!std::getline(std::cin, line)) return false;
  if (line.rfind("\xEF\xBB\xBF", 0) == 0) line.erase(0, 3);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

class Generator {
 public:
  explicit Generator(Settings& settings)
      : settings_(settings), tokenizer_(settings.model.model), model_(load_model(settings.model)) {}

  // Shows the text as it comes.
  void stream(const std::string& prompt) {
    const auto& output = settings_.output;
    GenerationObserver observer;
    observer.on_text = [&](size_t, const std::string& text) { output.write(text); };
    observer.on_end = [&](size_t, const Generation&) { output.write("\n"); };
    settings_.output.json_line(json_of(prompt, generate({prompt}, observer).front()));
  }

  void generate_all() {
    const auto& prompts = settings_.prompts;
    Progress progress("generating", static_cast<int64_t>(prompts.size()));
    int64_t done = 0;
    size_t next = 0;                       // to be shown, in the order of the prompts
    std::map<size_t, Generation> waiting;  // for those before them
    GenerationObserver observer;
    observer.on_end = [&](size_t index, const Generation& generation) {
      progress.update(++done, "");
      waiting[index] = generation;
      for (; waiting.count(next) > 0; ++next) {
        settings_.output.write("> " + prompts[next] + "\n" + waiting[next].text + "\n\n");
        settings_.output.json_line(json_of(prompts[next], waiting[next]));
        waiting.erase(next);
      }
    };
    generate(prompts, observer);
  }

  // One prompt per line, until the end of the input.
  void converse() {
    const bool is_terminal = isatty(STDIN_FILENO) != 0;
    const auto& output = settings_.output;
    if (is_terminal) {
      output.write("One prompt per line. /adapter off|on switches the adapter, /quit ends.\n");
    }
    for (std::string line;
         output.write(is_terminal ? "> " : ""), next_line(line) && line != "/quit";) {
      if (line.empty()) continue;
      if (line[0] == '/') {
        obey(line);
        continue;
      }
      stream(line);
      ++settings_.generation.sampling.seed;  // so that the same prompt gets another answer
    }
  }

 private:
  // Generates, and logs how fast.
  std::vector<Generation> generate(std::vector<std::string> prompts,
                                   const GenerationObserver& observer) {
    if (settings_.is_instruction) {
      for (auto& prompt : prompts) prompt = alpaca_prompt(prompt);
    }
    const auto start = std::chrono::steady_clock::now();
    const auto generations =
        mola::generate(model_, tokenizer_, prompts, settings_.generation, observer);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    int64_t prompt_tokens = 0, tokens = 0;
    for (const auto& generation : generations) {
      prompt_tokens += generation.prompt_tokens;
      tokens += generation.tokens;
    }
    std::ostringstream line;
    line << prompt_tokens << " prompt tokens, " << tokens << " new tokens in "
         << std::llround(passed.count() * 1000)
         << " ms: " << std::llround(static_cast<double>(tokens) / passed.count()) << " tokens/s";
    log_info(line.str());
    return generations;
  }

  void obey(const std::string& line) {
    if (line != "/adapter on" && line != "/adapter off") {
      log_warning("found " + line + ", expected /adapter on, /adapter off or /quit");
      return;
    }
    if (settings_.model.adapter.empty()) log_warning("no adapter to switch: name it in --adapter");
    model_->use_adapter(line == "/adapter on");
  }

  Settings& settings_;
  Tokenizer tokenizer_;
  Llama model_;
};

void run(Settings& settings) {
  const int sources = (settings.prompts.empty() ? 0 : 1) + (settings.prompt_file.empty() ? 0 : 1) +
                      (settings.is_interactive ? 1 : 0);
  if (sources != 1) {
    fail("found ", sources, " of --prompt, --prompt-file and --interactive, expected one of them");
  }
  for (const auto& prompt : settings.prompts) check_prompt("--prompt", prompt);
  settings.output.open();
  check_generation(settings.generation);
  check_input_folder("model", settings.model.model);
  if (!settings.prompt_file.empty()) settings.prompts = read_lines(settings.prompt_file);
  Generator generator(settings);
  if (settings.is_interactive) {
    generator.converse();
  } else if (settings.prompts.size() == 1) {
    generator.stream(settings.prompts.front());
  } else {
    generator.generate_all();
  }
  settings.output.close();
}

void add_prompt_options(CLI::App& app, Settings& settings) {
  app.add_option("--prompt", settings.prompts, "Text to continue; may be repeated")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  app.add_option("--prompt-file", settings.prompt_file, "Read prompts from this file, one per line")
      ->check(not_empty())
      ->type_name("FILE");
  app.add_flag("--interactive", settings.is_interactive,
               "Read prompts from standard input, one per line");
  app.add_flag("--instruction", settings.is_instruction, "Wrap prompts in the Alpaca template");
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  auto& options = settings->generation;
  const auto number = [&](const char* name, auto& value, const char* type, const char* help) {
    app.add_option(name, value, help)->type_name(type)->capture_default_str();
  };
  add_model_options(app, settings->model);
  add_prompt_options(app, *settings);
  add_max_new_tokens_option(app, options.max_new_tokens);
  number("--temperature", options.sampling.temperature, "T",
         "Sampling temperature; 0 = greedy decoding");
  number("--top-k", options.sampling.top_k, "K", "Sample from the K most likely tokens; 0 = all");
  number("--top-p", options.sampling.top_p, "P",
         "Sample from the fewest tokens whose probabilities sum to P or more; 1 = all");
  number("--repetition-penalty", options.sampling.repetition_penalty, "R",
         "Penalty for repeated tokens; above 1 makes them less likely");
  add_seed_option(app, options.sampling.seed);
  app.add_option("--stop", options.stop, "Stop at this string; may be repeated")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  add_batch_size_option(app, options.batch_size);
  add_json_option(app, settings->output);
  return [settings] { run(*settings); };
}

}  // namespace

Command generate_command() {
  return {"generate",
          "Using a model",
          "Generate text from prompts",
          "Generate text from one or several prompts with a model, with or without an adapter.",
          {"mola generate --model models/stories260K --prompt 'Once upon a time' --temperature 0.8",
           "mola generate --model models/llama-2-7b --adapter runs/alpaca/adapter \\\n"
           "      --instruction --interactive"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
