#pragma once

#include <vector>

#include "cli/command.h"

namespace mola::cli {

// Each in the file of its name.
Command allocate_command();
Command analyze_command();
Command completion_command();
Command continual_command();
Command evaluate_command();
Command experiment_command();
Command finetune_command();
Command generate_command();
Command logits_command();
Command merge_command();
Command parameters_command();
Command pretrain_command();
Command preview_command();
Command prune_command();
Command toy_data_command();

/// All of them, in the order in which help lists them.
const std::vector<Command>& commands();

/// The command of that name. Throws `Error` with the nearest name if there is none.
const Command& find_command(const std::string& name);

/// Adds the options of `command` to `app`, the general ones last, and its help. Returns the
/// function that runs once they are parsed.
std::function<void()> set_up(const Command& command, CLI::App& app);

}  // namespace mola::cli
