// mola pretrain: trains a tokenizer and a small base model from text, as a JSON file says.
#include "base/format_number.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "io/run_folder.h"
#include "mola/base/log.h"
#include "mola/config/pretrain_config.h"
#include "mola/data/documents.h"
#include "mola/data/loader.h"
#include "mola/data/text_stream.h"
#include "mola/data/tokenizer_training.h"
#include "mola/io/base_model.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/weights.h"
#include "mola/train/trainer.h"
#include "train/run_summary.h"
#include "train/run_warnings.h"
#include "train/step_log.h"

namespace mola::cli {
namespace {

Loader make_loader(const PretrainConfig& run, const Tokenizer& tokenizer,
                   const std::vector<std::string>& documents) {
  auto sequences = encode_documents(tokenizer, documents, run.max_length);
  int64_t tokens = 0;
  for (const auto& sequence : sequences) tokens += static_cast<int64_t>(sequence.input_ids.size());
  log_info("data     " + run.text + ": " + with_commas(static_cast<int64_t>(documents.size())) +
           " documents, " + with_commas(tokens) + " tokens");
  LoaderOptions options;
  options.batch_size = run.train.batch_size;
  options.micro_batch_size = run.train.micro_batch_size;
  options.seed = run.train.seed;
  options.packed_tokens = run.train.micro_batch_size * run.max_length;
  return {std::move(sequences), options};
}

Llama build_model(const PretrainConfig& run) {
  torch::manual_seed(run.train.seed);
  auto model = build_llama(run.model, {}, torch::kFloat, choose_device("auto"));
  initialize_weights(model);
  unfreeze(model);
  return model;
}

void run(const ConfigOptions& config) {
  const auto run = read_pretrain_config(config.path, config.overrides);
  check_output_folder(run.output_dir, "output.dir");
  const auto documents = read_documents(run.text);
  const auto tokenizer = train_tokenizer(documents, run.model.vocab_size);
  const auto loader = make_loader(run, tokenizer, documents);
  auto model = build_model(run);
  Trainer trainer(model, loader, run.train);

  log_model("new", model);
  log_training(run.train, model, trainer.total_steps());
  for (const auto& warning : run_warnings(run.train, model->adapter, trainer.total_steps())) {
    log_warning(warning);
  }
  make_run_folder(run.output_dir);
  StepLog log(run.output_dir, run.log_every, trainer);
  trainer.run([&](const Trainer::Step& step) {
    log.add(step);
    if (log.is_due(step.number)) log.write(log.means(step));
    return true;
  });
  const std::string folder = run.output_dir + "/model";
  save_base_model(model, tokenizer, folder);
  log_info("base model saved in " + folder);
}

std::function<void()> add_options(CLI::App& app) {
  const auto config = std::make_shared<ConfigOptions>();
  add_config_options(app, *config);
  return [config] { run(*config); };
}

}  // namespace

Command pretrain_command() {
  return {"pretrain",
          "Training",
          "Train a tokenizer and a small base model from text",
          "Train a tokenizer and a small LLaMA from text, and save a Hugging Face folder.",
          {"mola pretrain configs/pretrain/quickstart.json --set output.dir=runs/base"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
