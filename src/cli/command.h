#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace mola::cli {

/// A command of the program `mola`. A further one is one file that defines it, and a line each in
/// commands.h and commands.cpp.
struct Command {
  /// Adds the options to `app` and returns the function that runs once they are parsed.
  using AddOptions = std::function<void()> (*)(CLI::App& app);

  std::string name;
  std::string group;        ///< its heading in `mola --help`; empty: hidden
  std::string summary;      ///< its line there
  std::string description;  ///< the start of its own help
  std::vector<std::string> examples;
  bool computes;  ///< runs a model, possibly for hours: threads and CUDA are set up first
  AddOptions add_options;
};

}  // namespace mola::cli
