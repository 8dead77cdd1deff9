// mola pretrain: trains a tokenizer and a small base model from text, as a JSON file says.
#include "mola/train/pretrain.h"

#include "base/stop_signal.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "train/recorder.h"

namespace mola::cli {
namespace {

struct Settings {
  ConfigOptions config;
  bool resume = false;
};

void run(const Settings& settings) {
  const auto config = read_pretrain_config(settings.config.path, settings.config.overrides);
  const StopSignals signals;
  PretrainOptions options;
  options.resume = settings.resume;
  options.should_stop = is_stop_requested;
  if (mola::pretrain(config, options) != trained_folder(pretraining_run(config))) throw_stopped();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_config_options(app, settings->config);
  add_resume_flag(app, settings->resume);
  return [settings] { run(*settings); };
}

}  // namespace

Command pretrain_command() {
  return {"pretrain",
          "Training",
          "Train a tokenizer and a small base model from text",
          "Train a tokenizer and a small LLaMA from text, and save a Hugging Face folder.\n"
          "A stopped run continues with --resume; the results are bit-identical.",
          {"mola pretrain configs/pretrain/quickstart.json --set output.dir=runs/base"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
