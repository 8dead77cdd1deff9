// Fine-tunes adapters on one domain after another and measures what they forget.
#include <cstdio>

#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes each adapter on one domain after another, evaluates it on all of them after "
      "each,\n"
      "and makes a table of what was learned and forgotten. Stopped, it goes on where it was when\n"
      "it is started again.\n");
  app.footer("\nExample:\n  continual configs/continual/small.json --set output.dir=runs/small");
  std::string path;
  std::vector<std::string> overrides;
  add_config_options(app, path, overrides);
  bool list = false;
  app.add_flag("--list", list, "prints the folders of all runs, and runs nothing");
  return run_program(app, argc, argv, [&] {
    const auto plan = mola::read_continual_plan(path, overrides);
    if (list) {
      for (const auto& run : plan.runs) std::printf("%s\n", run.config.output.dir.c_str());
      return;
    }
    spin_shortly(argv);
    std::printf("%s", mola::run_continual(plan).c_str());
  });
}
