#include "mola/train/pretrain.h"

#include <torch/utils.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/format_number.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/data/documents.h"
#include "mola/data/run_data.h"
#include "mola/data/tokenizer_training.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/base_model.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/weights.h"
#include "train/recorder.h"
#include "train/run_summary.h"
#include "train/run_warnings.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

// That of the run that is resumed, or a new one.
Tokenizer tokenizer_of(const PretrainConfig& config, const RunConfig& run,
                       const std::vector<std::string>& documents) {
  const std::string saved = run.model.path + "/tokenizer.model";
  return fs::exists(saved) ? Tokenizer(saved) : train_tokenizer(documents, config.model.vocab_size);
}

// The shape of the model is not in the config of the run, which knows the folder of the initial
// model.
void check_same_model(const PretrainConfig& config, const RunConfig& run) {
  if (!fs::exists(run.model.path + "/config.json")) return;
  const auto json_of = [](const LlamaConfig& model) {
    return nlohmann::json::parse(llama_config_text(model, "float32", /*bos_id=*/1, /*eos_id=*/2));
  };
  const auto saved = json_of(read_llama_config(run.model.path));
  const auto given = json_of(config.model);
  for (const auto& [key, value] : given.items()) {
    if (saved.value(key, nlohmann::json()) == value) continue;
    fail("model.", key, ": found ", value.dump(), ", but the run in ", run.output.dir, " has ",
         saved.value(key, nlohmann::json()).dump(),
         "; resume it with the same settings, or choose another output.dir");
  }
}

RunData encode_rows(const PretrainConfig& config, const Tokenizer& tokenizer,
                    const std::vector<std::string>& documents) {
  RunData data;
  data.sequences.training = encode_documents(tokenizer, documents, config.max_length);
  int64_t tokens = 0;
  for (const auto& row : data.sequences.training) {
    tokens += static_cast<int64_t>(row.input_ids.size());
  }
  log_info("data     " + config.text + ": " + with_commas(static_cast<int64_t>(documents.size())) +
           " documents, " + with_commas(tokens) + " tokens");
  return data;
}

Llama initial_model(const PretrainConfig& config, const RunConfig& run) {
  torch::manual_seed(config.train.seed);
  const auto adapter = resolve_adapter(run.adapter, config.model.num_hidden_layers);
  auto model = build_llama(config.model, adapter, torch::kFloat, choose_device("auto"));
  initialize_weights(model);
  return model;
}

}  // namespace

std::string pretrain(const PretrainConfig& config, const PretrainOptions& options) {
  const RunConfig run = pretraining_run(config);
  const RunFolder run_folder(run, options.resume);
  check_same_model(config, run);
  if (run_folder.status() == RunStatus::kFinished) return trained_folder(run);
  const auto documents = read_documents(config.text);
  const auto tokenizer = tokenizer_of(config, run, documents);
  const auto data = encode_rows(config, tokenizer, documents);
  auto model = initial_model(config, run);
  const Loader loader(data.sequences.training, loader_options(run));
  Trainer trainer(model, loader, run.train);
  log_model("new", model);
  log_training(run.train, model, trainer.total_steps());
  for (const auto& warning : run_warnings(run.train, AdapterConfig{}, trainer.total_steps())) {
    log_warning(warning);
  }
  Recorder recorder(trainer, run, data, /*validation=*/nullptr, run_folder.status());
  if (!fs::exists(run.model.path)) save_base_model(model, tokenizer, run.model.path);
  const auto folder = recorder.train(/*on_step=*/{}, options.should_stop);
  log_end(run, folder);
  return folder;
}

}  // namespace mola
