#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "cli/options.h"

namespace mola::cli {

// The common part of the commands that make the runs of a plan.

struct PlanOptions {
  ConfigOptions config;
  bool resume = false;
  bool list = false;
  Output output;
};

void add_plan_options(CLI::App& app, PlanOptions& options);

/// Opens the output. Throws `Error` as that does, and if `folder`, the plan's, holds files that are
/// not to be resumed.
void open_plan_output(PlanOptions& options, const std::string& folder);

/// Shows the table of a plan whose results are in `folder`.
void show_results(PlanOptions& options, const std::string& folder, const std::string& table);

/// Prints the output folders of `runs`.
template <class Run>
void list_runs(const std::vector<Run>& runs) {
  for (const auto& run : runs) std::printf("%s\n", run.config.output.dir.c_str());
}

}  // namespace mola::cli
