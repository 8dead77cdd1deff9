// mola finetune: trains an adapter, or all weights, as a JSON file says.
#include "mola/train/finetune.h"

#include "base/stop_signal.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "mola/adapters/adapters.h"
#include "train/recorder.h"

namespace mola::cli {
namespace {

struct Settings {
  ConfigOptions config;
  bool resume = false;
};

void run(const Settings& settings) {
  FinetuneOptions options;
  options.resume = settings.resume;
  options.should_stop = is_stop_requested;
  const auto config = read_run_config(settings.config.path, settings.config.overrides);
  const StopSignals signals;
  if (mola::finetune(config, options) != trained_folder(config)) throw_stopped();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_config_options(app, settings->config);
  add_resume_flag(app, settings->resume);
  return [settings] { run(*settings); };
}

}  // namespace

Command finetune_command() {
  return {"finetune",
          "Training",
          "Fine-tune an adapter, or all weights, of a model",
          "Fine-tune a LLaMA-family model: an adapter on its frozen weights, or all of them.\n"
          "With --resume, an interrupted run continues from its latest checkpoint, with\n"
          "bit-identical results.",
          {"mola finetune configs/llama2_7b_cola.json --set output.dir=runs/cola",
           "mola finetune configs/llama2_7b_cola.json --set output.dir=runs/cola --resume"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
