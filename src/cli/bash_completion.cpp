#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/completed_option.h"
#include "cli/completion.h"

namespace mola::cli {
namespace {

constexpr const char* kStart =
    R"(# Completes command lines of mola in bash; written by `mola completion bash`.
_mola_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }

# Paths of the kind -f or -d, after the words of $2.
_mola_paths() {
  compopt -o filenames 2> /dev/null || :
  mapfile -t COMPREPLY < <(compgen -W "${2-}" -- "$cur" || :; compgen "$1" -- "$cur")
}

_mola() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options files=
  COMPREPLY=()
  # bash splits --option=value at its equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)";

constexpr const char* kEnd = R"(    *) return ;;
  esac
  if [[ -n $files && $cur != -* ]]; then
    _mola_paths -f
  else
    _mola_words "$options"
  fi
}
complete -F _mola mola
)";

// What completes the value of an option; empty if nothing does.
std::string action(const CompletedOption& option) {
  const auto words = CLI::detail::join(option.words, " ");
  switch (option.value) {
    case ValueKind::kWord:
      return "_mola_words \"" + words + "\"; ";
    case ValueKind::kFile:
      return "_mola_paths -f \"" + words + "\"; ";
    case ValueKind::kFolder:
      return "_mola_paths -d; ";
    case ValueKind::kNone:
    case ValueKind::kOther:
      return "";
  }
  return "";
}

std::string case_of(const Command& command) {
  std::string names, values;
  bool has_file = false;
  for (const auto& option : completed_options(command)) {
    for (const auto& name : option.names) names += (names.empty() ? "" : " ") + name;
    if (option.names.empty()) has_file = has_file || option.value == ValueKind::kFile;
    if (option.names.empty() || option.value == ValueKind::kNone) continue;
    values +=
        "        " + CLI::detail::join(option.names, " | ") + ") " + action(option) + "return ;;\n";
  }
  return "    " + command.name + ")\n      options=\"" + names + "\"" +
         (has_file ? " files=1" : "") + "\n      case $prev in\n" + values +
         "      esac\n      ;;\n";
}

}  // namespace

std::string bash_completion() {
  std::string names, cases;
  for (const auto& command : commands()) {
    if (command.group.empty()) continue;
    names += command.name + " ";
    cases += case_of(command);
  }
  return std::string(kStart) + "  if ((COMP_CWORD == 1)); then\n    _mola_words \"" + names +
         "--help --version\"\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n" + cases + kEnd;
}

}  // namespace mola::cli
