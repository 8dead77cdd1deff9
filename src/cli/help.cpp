#include "cli/help.h"

#include <algorithm>
#include <sstream>

#include "cli/commands.h"
#include "cli/options.h"

namespace mola::cli {
namespace {

constexpr size_t kLeftWidth = 30;  // of names, in front of the texts
constexpr size_t kWidth = 90;

// `left` and behind it `text`, broken into lines.
std::string entry(const std::string& left, const std::string& text) {
  std::string result = "  " + left;
  size_t column = result.size();
  const auto start_text = [&] {
    result += std::string(kLeftWidth - column, ' ');
    column = kLeftWidth;
  };
  const auto break_line = [&] {
    result += '\n';
    column = 0;
    start_text();
  };
  if (column + 2 > kLeftWidth) {
    break_line();
  } else {
    start_text();
  }
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (column > kLeftWidth && column + 1 + word.size() > kWidth) break_line();
    if (column > kLeftWidth) result += ' ';
    column += word.size() + (column > kLeftWidth ? 1 : 0);
    result += word;
  }
  return result + "\n";
}

std::string names_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_type_name();
  std::string names;
  for (const auto& name : option.get_snames()) names += "-" + name + ", ";
  names += "--" + option.get_lnames().front();
  const bool is_flag = option.get_items_expected_max() == 0;
  return is_flag ? names : names + " " + option.get_type_name();
}

std::string text_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required() && !option.get_positional()) text += " [required]";
  if (!option.get_default_str().empty()) text += " [default: " + option.get_default_str() + "]";
  return text;
}

std::string section(const std::string& title, const std::vector<const CLI::Option*>& options) {
  if (options.empty()) return "";
  std::string text = "\n" + title + ":\n";
  for (const auto* option : options) text += entry(names_of(*option), text_of(*option));
  return text;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode /*mode*/) const {
  const auto positionals =
      app->get_options([](const CLI::Option* option) { return option->get_positional(); });
  std::string text = app->get_description() + "\n\nUsage: " + name;
  for (const auto* option : positionals) text += " " + option->get_type_name();
  text += " [OPTIONS]\n" + section("Arguments", positionals);
  for (const std::string group : {kModelGroup, kRowGroup, kOwnGroup, kOutputGroup, kGeneralGroup}) {
    text += section(group, app->get_options([&](const CLI::Option* option) {
      return option->get_group() == group && !option->get_positional();
    }));
  }
  return text + "\n" + app->get_footer();
}

std::string examples_text(const std::vector<std::string>& examples) {
  std::string text = examples.size() == 1 ? "Example:\n" : "Examples:\n";
  for (const auto& example : examples) text += "  " + example + "\n";
  return text;
}

std::string program_help() {
  std::string text =
      "Fine-tune LLaMA-family models with mixtures of LoRA experts.\n\n"
      "Usage: mola COMMAND [OPTIONS]\n";
  std::string group;
  for (const auto& command : commands()) {
    if (command.group.empty()) continue;
    if (command.group != group) text += "\n" + command.group + ":\n";
    group = command.group;
    text +=
        "  " + command.name + std::string(13 - command.name.size(), ' ') + command.summary + "\n";
  }
  return text +
         "\nOptions:\n"
         "  -h, --help   Show this help\n"
         "  --version    Show the version\n\n"
         "'mola COMMAND --help' shows the options of a command and an example.\n";
}

}  // namespace mola::cli
