// Continues texts with a model, with or without an adapter.
#include <chrono>
#include <iostream>

#include "program.h"

namespace {

struct Settings {
  ModelOptions model;
  std::vector<std::string> prompts;
  std::string prompt_file;
  bool is_instruction = false;
  bool is_interactive = false;
  mola::GenerationOptions generation;
};

std::string with_template(const Settings& settings, const std::string& prompt) {
  return settings.is_instruction ? mola::alpaca_prompt(prompt) : prompt;
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) mola::fail(path, ": cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) mola::fail(path, ": holds no prompt, expected one a line");
  return lines;
}

// Generates, and says how fast.
std::vector<mola::Generation> timed(mola::Llama& model, const mola::Tokenizer& tokenizer,
                                    const std::vector<std::string>& prompts,
                                    const mola::GenerationOptions& options,
                                    const mola::GenerationObserver& observer) {
  const auto start = std::chrono::steady_clock::now();
  const auto generations = mola::generate(model, tokenizer, prompts, options, observer);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  int64_t prompt_tokens = 0, tokens = 0;
  for (const auto& generation : generations) {
    prompt_tokens += generation.prompt_tokens;
    tokens += generation.tokens;
  }
  std::ostringstream line;
  line << prompt_tokens << " prompt tokens, " << tokens << " new ones in "
       << std::llround(passed.count() * 1000)
       << " ms: " << std::llround(static_cast<double>(tokens) / passed.count()) << " tokens/s";
  mola::log_info(line.str());
  return generations;
}

void stream(mola::Llama& model, const mola::Tokenizer& tokenizer, const std::string& prompt,
            const mola::GenerationOptions& options) {
  mola::GenerationObserver observer;
  observer.on_text = [](size_t, const std::string& text) { std::cout << text << std::flush; };
  observer.on_end = [](size_t, const mola::Generation&) { std::cout << std::endl; };
  timed(model, tokenizer, {prompt}, options, observer);
}

std::vector<mola::Generation> with_progress(mola::Llama& model, const mola::Tokenizer& tokenizer,
                                            const std::vector<std::string>& prompts,
                                            const mola::GenerationOptions& options) {
  mola::Progress progress("generating", static_cast<int64_t>(prompts.size()));
  int64_t done = 0;
  mola::GenerationObserver observer;
  observer.on_end = [&](size_t, const mola::Generation&) { progress.update(++done, ""); };
  return timed(model, tokenizer, prompts, options, observer);
}

void generate_all(mola::Llama& model, const mola::Tokenizer& tokenizer, const Settings& settings) {
  std::vector<std::string> prompts;
  for (const auto& prompt : settings.prompts) prompts.push_back(with_template(settings, prompt));
  if (prompts.size() == 1) return stream(model, tokenizer, prompts[0], settings.generation);
  const auto generations = with_progress(model, tokenizer, prompts, settings.generation);
  for (size_t i = 0; i < prompts.size(); ++i) {
    std::cout << "> " << settings.prompts[i] << "\n" << generations[i].text << "\n\n";
  }
}

// One prompt a line, until the end of the input.
void converse(mola::Llama& model, const mola::Tokenizer& tokenizer, Settings settings) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  if (is_terminal) {
    std::cout
        << "One prompt a line. /adapter off and /adapter on switch the adapter, /quit ends.\n";
  }
  for (std::string line; std::cout << (is_terminal ? "> " : "") << std::flush,
                         std::getline(std::cin, line) && line != "/quit";) {
    const bool off = line == "/adapter off";
    if (off || line == "/adapter on") {
      if (settings.model.adapter.empty())
        mola::log_warning("there is no adapter: --adapter names it");
      model->use_adapter(!off);
    } else if (!line.empty() && line[0] == '/') {
      mola::log_warning("found " + line + ", expected /adapter on, /adapter off or /quit");
    } else if (!line.empty()) {
      stream(model, tokenizer, with_template(settings, line), settings.generation);
      ++settings.generation.sampling.seed;  // the same prompt again is answered anew
    }
  }
}

void run(Settings settings) {
  mola::check_generation(settings.generation);
  if (!settings.prompt_file.empty()) settings.prompts = read_lines(settings.prompt_file);
  const mola::Tokenizer tokenizer(settings.model.model);
  auto model = settings.model.load();
  if (settings.is_interactive) return converse(model, tokenizer, settings);
  generate_all(model, tokenizer, settings);
}

void add_generation_options(CLI::App& app, mola::GenerationOptions& options) {
  auto& sampling = options.sampling;
  app.add_option("--max-new-tokens", options.max_new_tokens, "of a text")->capture_default_str();
  app.add_option("--temperature", sampling.temperature, "0 takes the likeliest token each time")
      ->capture_default_str();
  app.add_option("--top-k", sampling.top_k, "draws from the k likeliest; 0: from all")
      ->capture_default_str();
  app.add_option("--top-p", sampling.top_p, "draws from the fewest that reach p together")
      ->capture_default_str();
  app.add_option("--repetition-penalty", sampling.repetition_penalty, "above 1: less repetition")
      ->capture_default_str();
  app.add_option("--seed", sampling.seed, "of the draws")->capture_default_str();
  app.add_option("--stop", options.stop, "ends a text where it would come")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  app.add_option("--batch-size", options.batch_size, "texts that are continued together")
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Continues texts with a model; what it writes goes to standard output.\n");
  app.footer(
      "\nExamples:\n  generate --model models/stories260K --prompt 'Once upon a time' "
      "--temperature 0.8\n  generate --model llama-2-7b --adapter runs/cola/adapter "
      "--instruction --interactive");
  Settings settings;
  add_model_options(app, settings.model);
  auto* source = app.add_option_group("prompts");
  source->add_option("--prompt", settings.prompts, "the text to continue; several make a batch")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  source->add_option("--prompt-file", settings.prompt_file, "one prompt a line")
      ->check(kNotEmpty)
      ->type_name("PATH");
  source->add_flag("--interactive", settings.is_interactive, "asks for one prompt after another");
  source->require_option(1);
  app.add_flag("--instruction", settings.is_instruction, "puts prompts into the Alpaca template");
  add_generation_options(app, settings.generation);
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    run(settings);
  });
}
