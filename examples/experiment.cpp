// Runs a grid of fine-tunes and makes a table of their results.
#include <cstdio>

#include "program.h"

namespace {

void list_runs(const mola::ExperimentPlan& plan) {
  for (const auto* runs : {&plan.instruction, &plan.runs}) {
    for (const auto& run : *runs) std::printf("%s\n", run.config.output.dir.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes and evaluates a grid of tasks, adapters, epochs and seeds, and makes a table.\n"
      "Stopped, it goes on where it was when it is started again.\n");
  app.footer("\nExample:\n  experiment configs/experiments/small.json --set output.dir=runs/small");
  std::string path;
  std::vector<std::string> overrides;
  add_config_options(app, path, overrides);
  bool list = false;
  app.add_flag("--list", list, "prints the folders of all runs, and runs nothing");
  return run_program(app, argc, argv, [&] {
    const auto plan = mola::read_experiment_plan(path, overrides);
    if (list) return list_runs(plan);
    spin_shortly(argv);
    std::printf("%s", mola::run_experiment(plan).c_str());
  });
}
