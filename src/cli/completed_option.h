#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.h"

namespace mola::cli {

/// The kinds of values that a shell can complete.
enum class ValueKind { kNone, kWord, kOther, kFile, kFolder };

/// An option or argument of a command, as shell completion sees it.
struct CompletedOption {
  std::vector<std::string> names;  ///< "-h", "--help"; empty for an argument
  std::string type;                ///< "DIR"
  std::string help;
  ValueKind value = ValueKind::kNone;  ///< kNone: a flag; kWord: one of `words`
  std::vector<std::string> words;      ///< what the value can be, files aside
  bool repeats = false;
};

/// Those of `command`, as the type names of its options tell.
std::vector<CompletedOption> completed_options(const Command& command);

}  // namespace mola::cli
