#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/completed_option.h"
#include "cli/completion.h"

namespace mola::cli {
namespace {

constexpr const char* kStart = R"(#compdef mola
# Completes command lines of mola in zsh; written by `mola completion zsh`.
_mola_words_or_files() {
  compadd "$@"
  _files
}

_mola() {
  local -a commands=(
)";

constexpr const char* kMiddle = R"(  )
  local context state line
  _arguments -C '(- *)'{-h,--help}'[Show this help]' '(- *)--version[Show the version]' \
    '1:command:->command' '*::argument:->argument'
  if [[ $state == command ]]; then
    _describe command commands
    return
  fi
  case $words[1] in
)";

constexpr const char* kEnd = R"(  esac
}
_mola "$@"
)";

// `text` within single quotes, with a backslash before each of `special`.
std::string escape(const std::string& text, const std::string& special) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      if (special.find(c) != std::string::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

// ":DIR:_files -/", what the value of an option is.
std::string value_of(const CompletedOption& option) {
  if (option.value == ValueKind::kNone) return "";
  const std::string start = ":" + escape(option.type, ":\\") + ":";
  const auto words = CLI::detail::join(option.words, " ");
  switch (option.value) {
    case ValueKind::kWord:
      return start + "(" + words + ")";
    case ValueKind::kFile:
      return start + (words.empty() ? "_files" : "_mola_words_or_files " + words);
    case ValueKind::kFolder:
      return start + "_files -/";
    case ValueKind::kNone:
    case ValueKind::kOther:
      break;
  }
  return start;
}

std::string spec_of(const CompletedOption& option) {
  if (option.names.empty()) return "'1" + value_of(option) + "'";
  const std::string text = "[" + escape(option.help, "[]\\") + "]" + value_of(option) + "'";
  std::string specs;
  for (const auto& name : option.names) {
    specs += (specs.empty() ? "'" : " '") + std::string(option.repeats ? "*" : "") + name + text;
  }
  return specs;
}

std::string case_of(const Command& command) {
  std::string text = "    " + command.name + ")\n      _arguments";
  for (const auto& option : completed_options(command)) text += " \\\n        " + spec_of(option);
  return text + "\n      ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string names, cases;
  for (const auto& command : commands()) {
    if (command.group.empty()) continue;
    names += "    '" + command.name + ":" + escape(command.summary, ":\\") + "'\n";
    cases += case_of(command);
  }
  return kStart + names + kMiddle + cases + kEnd;
}

}  // namespace mola::cli
