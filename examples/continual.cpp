// Fine-tunes adapters on one domain after another and measures what they forget.
#include <array>

#include "plan_program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes each adapter on one domain after another, evaluates it on all of them after "
      "each,\n"
      "and makes a table of what was learned and forgotten. Stopped, it goes on where it was when\n"
      "it is started again.\n");
  app.footer("\nExample:\n  continual configs/continual/small.json --set output.dir=runs/small");
  return run_plan_program(
      app, argc, argv, mola::read_continual_plan,
      [](const mola::ContinualPlan& plan) { return std::array{&plan.runs}; }, mola::run_continual);
}
