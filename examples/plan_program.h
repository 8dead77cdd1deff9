#pragma once

#include <cstdio>

#include "program.h"

/// What the programs do alike that make the runs of a plan: `read` reads it, `runs_of` gives lists
/// of its runs, whose folders --list prints, and `make` makes them and returns their table.
template <class Read, class RunsOf, class Make>
int run_plan_program(CLI::App& app, int argc, char** argv, const Read& read, const RunsOf& runs_of,
                     const Make& make) {
  std::string path;
  std::vector<std::string> overrides;
  add_config_options(app, path, overrides);
  bool list = false;
  app.add_flag("--list", list, "prints the folders of all runs, and runs nothing");
  return run_program(app, argc, argv, [&] {
    const auto plan = read(path, overrides);
    if (list) {
      for (const auto* runs : runs_of(plan)) {
        for (const auto& run : *runs) std::printf("%s\n", run.config.output.dir.c_str());
      }
      return;
    }
    spin_shortly(argv);
    std::printf("%s", make(plan).c_str());
  });
}
