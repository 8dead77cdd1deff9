#include "cli/completed_option.h"

#include "cli/commands.h"
#include "tasks/tasks.h"

namespace mola::cli {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

ValueKind kind_of(const std::string& type) {
  if (type == "DIR") return ValueKind::kFolder;
  if (type == "FILE" || type == "PATH" || ends_with(type, ".json")) return ValueKind::kFile;
  return type.find('|') != std::string::npos ? ValueKind::kWord : ValueKind::kOther;
}

CompletedOption complete(const CLI::Option& option) {
  CompletedOption result;
  for (const auto& name : option.get_snames()) result.names.push_back("-" + name);
  if (!option.get_positional()) {
    for (const auto& name : option.get_lnames()) result.names.push_back("--" + name);
  }
  result.help = option.get_description();
  if (option.get_items_expected_max() == 0) return result;
  result.type = option.get_type_name();
  result.value = kind_of(result.type);
  result.repeats = !option.get_positional() && option.get_items_expected_max() > 1;
  if (result.value == ValueKind::kWord) result.words = CLI::detail::split(result.type, '|');
  if (option.check_lname("task")) {
    result.words = task_names();
    result.value = ValueKind::kFile;  // the file of a task of one's own
  }
  return result;
}

}  // namespace

std::vector<CompletedOption> completed_options(const Command& command) {
  CLI::App app;
  set_up(command, app);
  std::vector<CompletedOption> options;
  for (const auto* option : app.get_options()) options.push_back(complete(*option));
  return options;
}

}  // namespace mola::cli
