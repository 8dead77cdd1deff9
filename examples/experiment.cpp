// Runs a grid of fine-tunes and makes a table of their results.
#include <array>

#include "plan_program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes and evaluates a grid of tasks, adapters, epochs and seeds, and makes a table.\n"
      "Stopped, it goes on where it was when it is started again.\n");
  app.footer("\nExample:\n  experiment configs/experiments/small.json --set output.dir=runs/small");
  return run_plan_program(
      app, argc, argv, mola::read_experiment_plan,
      [](const mola::ExperimentPlan& plan) {
        return std::array{&plan.instruction, &plan.runs};
      },
      mola::run_experiment);
}
