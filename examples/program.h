#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "mola/mola.h"

/// What all programs do alike: parse the command line, run, and turn what goes wrong into one line
/// on standard error and exit code 1.
inline int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  app.set_version_flag("--version", std::to_string(MOLA_VERSION_MAJOR) + "." +
                                        std::to_string(MOLA_VERSION_MINOR) + "." +
                                        std::to_string(MOLA_VERSION_PATCH));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    run();
    return 0;
  } catch (const c10::Error& error) {
    mola::log_error(error.what_without_backtrace());  // what() carries a backtrace
  } catch (const std::exception& error) {
    mola::log_error(error.what());
  }
  return 1;
}
