// Fine-tunes an adapter, or all of a model, on a task, as a JSON file says.
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes a LLaMA-family model: an adapter on its frozen weights, or all of them.\n");
  app.footer(
      "\nExample:\n  finetune configs/llama2_7b_cola.json --set adapter.allocation=8642 "
      "--set output.dir=runs/cola_8642");
  std::string config;
  std::vector<std::string> overrides;
  add_config_options(app, config, overrides);
  bool resume = false;
  app.add_flag("--resume", resume, "goes on from the newest checkpoint in output.dir");
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    mola::FinetuneOptions options;
    options.resume = resume;
    mola::finetune(mola::read_run_config(config, overrides), options);
  });
}
