// mola experiment: a grid of fine-tunes.
#include "mola/experiment/experiment.h"

#include "base/stop_signal.h"
#include "cli/commands.h"
#include "cli/plan_command.h"
#include "mola/adapters/adapters.h"

namespace mola::cli {
namespace {

void run(PlanOptions& options) {
  const auto plan = read_experiment_plan(options.config.path, options.config.overrides);
  if (options.list) {
    list_runs(plan.instruction);
    list_runs(plan.runs);
    return;
  }
  open_plan_output(options, plan.output_dir);
  const StopSignals signals;
  show_results(options, plan.output_dir, run_experiment(plan));
}

std::function<void()> add_options(CLI::App& app) {
  const auto options = std::make_shared<PlanOptions>();
  add_plan_options(app, *options);
  return [options] { run(*options); };
}

}  // namespace

Command experiment_command() {
  return {"experiment",
          "Training",
          "Run a grid of fine-tunes and tabulate the results",
          "Fine-tune and evaluate every combination of a plan's tasks, adapters, epochs and\n"
          "seeds, and tabulate the results. With --resume, finished runs are kept and the others\n"
          "resume from their latest checkpoints or start.",
          {"mola experiment configs/experiments/small.json --set output.dir=runs/small",
           "mola experiment configs/experiments/small.json --set output.dir=runs/small --resume"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
