// mola continual: fine-tunes on one domain after another.
#include "mola/experiment/continual.h"

#include "base/stop_signal.h"
#include "cli/commands.h"
#include "cli/plan_command.h"
#include "mola/adapters/adapters.h"

namespace mola::cli {
namespace {

void run(PlanOptions& options) {
  const auto plan = read_continual_plan(options.config.path, options.config.overrides);
  if (options.list) return list_runs(plan.runs);
  open_plan_output(options, plan.output_dir);
  const StopSignals signals;
  show_results(options, plan.output_dir, run_continual(plan));
}

std::function<void()> add_options(CLI::App& app) {
  const auto options = std::make_shared<PlanOptions>();
  add_plan_options(app, *options);
  return [options] { run(*options); };
}

}  // namespace

Command continual_command() {
  return {"continual",
          "Training",
          "Fine-tune on one domain after another and measure forgetting",
          "Fine-tune each adapter on one domain after another, evaluate it on all domains after\n"
          "each, and tabulate accuracy and forgetting. With --resume, finished runs are kept and\n"
          "the others resume from their latest checkpoints or start.",
          {"mola continual configs/continual/small.json --set output.dir=runs/small",
           "mola continual configs/continual/small.json --set output.dir=runs/small --resume"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
