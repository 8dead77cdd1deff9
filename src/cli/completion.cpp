// mola completion: writes the files that complete command lines of `mola` in a shell.
#include "cli/completion.h"

#include "base/output_file.h"
#include "cli/commands.h"
#include "cli/options.h"

namespace mola::cli {
namespace {

struct Settings {
  std::string shell;
  std::string file;
};

void run(const Settings& settings) {
  check_output_file(settings.file);
  write_file(settings.file, settings.shell == "bash" ? bash_completion() : zsh_completion());
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_choice(app, "shell", settings->shell, {"bash", "zsh"}, "Shell to complete commands in")
      ->required();
  add_output_option(app, settings->file, "FILE");
  return [settings] { run(*settings); };
}

}  // namespace

Command completion_command() {
  return {"completion",
          "",  // hidden: the build calls it, and the files are installed
          "Write a shell completion file",
          "Write the file that completes command lines of mola in a shell.",
          {"mola completion bash --output mola.bash"},
          /*computes=*/false,
          add_options};
}

}  // namespace mola::cli
