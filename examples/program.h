#pragma once

#include <ATen/Parallel.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>

#include "mola/mola.h"

/// A validator for paths on the command line: an unset shell variable gives an empty one.
inline const CLI::Validator kNotEmpty(
    [](const std::string& text) { return text.empty() ? std::string("is empty") : ""; }, "");

/// The options of a program that takes a run's config.
inline void add_config_options(CLI::App& app, std::string& config,
                               std::vector<std::string>& overrides) {
  app.add_option("config", config, "the run's JSON file")
      ->required()
      ->check(kNotEmpty)
      ->type_name("CONFIG.json");
  app.add_option("--set", overrides, "puts a value over the file's")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

/// Writes `message` as one line to standard error; names in files may hold anything.
inline int report_error(std::string message) {
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  mola::log_error(message);
  return 1;
}

/// For programs that compute for long. Threads that wait for each other spin, by libgomp's default
/// for about a millisecond: beside a process that takes a core, training took 1.5 times as long as
/// with short spinning, and small models 2 to 20 times. libgomp reads its settings when it is
/// loaded, so the program starts itself anew with them; whoever set one of them is left alone.
inline void spin_shortly(char** argv) {
  const bool is_set =
      std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
  if (is_set || at::get_num_threads() == 1) return;
  setenv("GOMP_SPINCOUNT", "1000", /*overwrite=*/0);
  execv("/proc/self/exe", argv);  // returns only if it fails; then all goes on as it was
}

/// What all programs do alike: parse the command line, run, and turn what goes wrong into one line
/// on standard error and exit code 1.
inline int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  app.set_version_flag("--version", std::to_string(MOLA_VERSION_MAJOR) + "." +
                                        std::to_string(MOLA_VERSION_MINOR) + "." +
                                        std::to_string(MOLA_VERSION_PATCH));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    return report_error(std::string(error.what()) + " (--help shows the options)");
  }
  try {
    run();
    return 0;
  } catch (const c10::Error& error) {
    return report_error(error.what_without_backtrace());  // what() carries a backtrace
  } catch (const std::exception& error) {
    return report_error(error.what());
  }
}
