#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mola::cli {

/// The text of `mola --help`: the commands by group, a line each.
std::string program_help();

/// The examples at the end of a command's help.
std::string examples_text(const std::vector<std::string>& examples);

/// Lays out a command's help: description, usage, options by group, examples. Defaults and what is
/// required stand behind an option's text, which is wrapped.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace mola::cli
