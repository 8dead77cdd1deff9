#include "cli/program.h"

#include <cstdio>
#include <map>
#include <string>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/kept_inputs.h"
#include "cli/startup.h"
#include "model/cuda_library.h"
#include "mola/base/error.h"
#include "mola/version.h"

namespace mola::cli {
namespace {

// The error for what CLI11 could not parse. A misspelled option comes before what is missing.
std::string problem(const CLI::App& app, const CLI::ParseError& error) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const auto& word : app.remaining()) {
    if (word.size() < 2 || word[0] != '-') continue;
    const auto name = word.substr(0, word.find('='));
    return "unknown option '" + excerpt(name) + "' (nearest: " + closest_match(name, names) + ")";
  }
  const auto extra = app.remaining();
  return extra.empty() ? error.what() : "unexpected argument '" + excerpt(extra.front()) + "'";
}

// The keys of configs that options stand for where there is no config.
const std::map<std::string, std::string> kOptionsOfKeys = {
    {"data.task", "--task"},     {"data.path", "--data"},    {"data.topic", "--topic"},
    {"data.limit", "--limit"},   {"model.dtype", "--dtype"}, {"data.max_length", "--max-length"},
    {"model.device", "--device"}};

// `message` with the options of `app` in the place of keys.
std::string with_options(const CLI::App& app, std::string message) {
  for (const auto& [key, option] : kOptionsOfKeys) {
    if (app.get_option_no_throw(option) == nullptr) continue;
    for (size_t at = message.find(key); at != std::string::npos; at = message.find(key, at + 1)) {
      const bool begins = at == 0 || message[at - 1] == ' ';
      const char next = message.c_str()[at + key.size()];
      if (begins && (next == ':' || next == ',' || next == ' ')) {
        message.replace(at, key.size(), option);
      }
    }
  }
  return message;
}

void run_command(const Command& command, int argc, char** argv,
                 const std::function<void()>& before_computing) {
  CLI::App app;
  const auto run = set_up(command, app);
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return;
  } catch (const CLI::ParseError& error) {
    fail(problem(app, error), "; 'mola ", command.name, " --help' lists the options");
  }
  refuse_to_replace_inputs(app);
  if (command.computes) {
    before_computing();
    load_cuda_library();  // before anything asks torch for CUDA: it keeps the first answer
  }
  try {
    run();
  } catch (const Error& error) {
    throw Error(with_options(app, error.what()));
  }
}

void run(int argc, char** argv, const std::function<void()>& before_computing) {
  const std::string first = argc > 1 ? argv[1] : "--help";
  if (first == "--help" || first == "-h") {
    std::fputs(program_help().c_str(), stdout);
  } else if (first == "--version") {
    std::printf("mola %s\n", version_text().c_str());
  } else {
    run_command(find_command(first), argc, argv, before_computing);
  }
}

}  // namespace

int run_program(int argc, char** argv, const std::function<void()>& before_computing) {
  return run_and_report([&] { run(argc, argv, before_computing); });
}

}  // namespace mola::cli
