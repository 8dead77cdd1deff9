// mola finetune: trains an adapter, or all weights, as a JSON file says.
#include "train/finetune.h"

#include <algorithm>
#include <sstream>

#include "cli/commands.h"
#include "cli/model.h"
#include "io/run_folder.h"
#include "io/trained_files.h"
#include "mola/adapters/adapters.h"
#include "mola/base/log.h"
#include "mola/data/tokenizer.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/pretrained.h"

namespace mola::cli {
namespace {

struct Settings {
  ConfigOptions config;
  bool resume = false;
};

// Token ids need no tokenizer.
std::optional<Tokenizer> load_tokenizer(const RunConfig& run) {
  if (run.data.task == "tokens") return std::nullopt;
  find_task(run.data.task);  // a wrong name is reported before a missing tokenizer
  return Tokenizer(run.model.path);
}

void log_data(const RunConfig& run, const HeldOut<Sequence>& sequences) {
  size_t tokens = 0, longest = 0;
  for (const auto& sequence : sequences.training) {
    tokens += sequence.input_ids.size();
    longest = std::max(longest, sequence.input_ids.size());
  }
  const size_t count = sequences.training.size();
  std::ostringstream line;
  line << "data     " << run.data.task << ": " << with_commas(static_cast<int64_t>(count))
       << " sequences of " << tokens / count << " tokens on average, " << longest << " at most";
  if (!sequences.validation.empty()) {
    line << "; " << with_commas(static_cast<int64_t>(sequences.validation.size()))
         << " more held out for validation";
  }
  log_info(line.str());
}

void run(const Settings& settings) {
  const auto run = read_run_config(settings.config.path, settings.config.overrides);
  const auto status = settings.resume ? find_run(run) : RunStatus::kNew;
  if (status == RunStatus::kFinished) {
    log_info("the run in " + run.output.dir + " is finished; nothing to resume");
    return;
  }
  if (status == RunStatus::kNew) {
    check_run_folder(run.output.dir);
    if (settings.resume) {
      log_info("no run in " + run.output.dir + " to resume; starting a new one");
    }
  }
  const auto config = read_llama_config(run.model.path);
  const auto adapter = resolve_adapter(run.adapter, config.num_hidden_layers);
  const auto tokenizer = load_tokenizer(run);
  const auto data = load_run_data(run, tokenizer ? &*tokenizer : nullptr, config.vocab_size);
  log_data(run, data.sequences);

  torch::manual_seed(run.train.seed);
  const auto model = load_for_training(run.model, adapter, run.adapter.init_from);
  Finetune finetune(model, data, run);
  log_model(run.model.path, model);
  log_training(run.train, model, finetune.total_steps());
  const auto folder = finetune.run(status);
  log_info(trained_name(adapter) + " saved in " + folder);
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
          "A stopped run continues with --resume; the result is the same to the bit.",
          {"mola finetune configs/llama2_7b_cola.json --set output.dir=runs/cola",
           "mola finetune configs/llama2_7b_cola.json --set output.dir=runs/cola --resume"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
