#include "cli/commands.h"

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "cli/help.h"
#include "cli/options.h"
#include "mola/base/error.h"

namespace mola::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      finetune_command(),   pretrain_command(), experiment_command(), continual_command(),
      evaluate_command(),   generate_command(), logits_command(),     merge_command(),
      analyze_command(),    allocate_command(), prune_command(),      preview_command(),
      parameters_command(), toy_data_command(), completion_command(),
  };
  return kCommands;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    if (command.name == name) return command;
    if (!command.group.empty()) names.push_back(command.name);
  }
  if (!name.empty() && name[0] == '-') {
    fail("unknown option '", excerpt(name),
         "' before the command; 'mola --help' lists the commands");
  }
  fail("unknown command '", excerpt(name), "' (nearest: ", closest_match(name, names),
       "); 'mola --help' lists the commands");
}

std::function<void()> set_up(const Command& command, CLI::App& app) {
  app.name("mola " + command.name);
  app.description(command.description);
  app.footer(examples_text(command.examples));
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag();  // comes back at the end, with the general options
  auto run = command.add_options(app);
  add_general_options(app);
  return run;
}

}  // namespace mola::cli
