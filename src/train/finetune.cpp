#include "mola/train/finetune.h"

#include <torch/utils.h>

#include <optional>

#include "base/json_file.h"
#include "config/run_keys.h"
#include "io/trained_files.h"
#include "mola/adapters/adapters.h"
#include "mola/base/log.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/pretrained.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "train/recorder.h"
#include "train/run_products.h"
#include "train/run_summary.h"
#include "train/run_warnings.h"

namespace mola {
namespace {

// Checks a config that a program filled in like one from a file, and returns what that would give.
RunConfig checked(const RunConfig& run) {
  const auto json = parse_json(run_config_text(run), "run config");
  ConfigSource source{"run config", {}, {}};
  return read_run(json, source, adapter_types());
}

Llama make_model(const RunConfig& run, const AdapterConfig& adapter, const Llama& base) {
  if (base.is_empty()) return load_for_training(run.model, adapter, run.adapter.init_from);
  auto model = share_base(base, adapter);
  start_adapter(model, run.model.path, run.adapter.init_from);
  return model;
}

std::optional<Loader> validation_loader(const RunConfig& run, const RunData& data) {
  if (data.sequences.validation.empty()) return std::nullopt;
  return Loader(data.sequences.validation, evaluation_loader_options(run));
}

void warn(const RunConfig& run, const Trainer& trainer, const AdapterConfig& adapter,
          const FinetuneOptions& options) {
  for (const auto& warning : run_warnings(run.train, adapter, trainer.total_steps())) {
    options.on_warning ? options.on_warning(warning) : log_warning(warning);
  }
}

}  // namespace

std::string finetune(const RunConfig& given, const FinetuneOptions& options) {
  const RunConfig run = checked(given);
  const RunFolder folder(run, options.resume);
  if (folder.status() == RunStatus::kFinished) return trained_folder(run);
  const auto config =
      options.base.is_empty() ? read_llama_config(run.model.path) : options.base->config;
  const auto adapter = resolve_adapter(run.adapter, config.num_hidden_layers);
  std::optional<RunData> own_data;
  if (options.data == nullptr) own_data = load_run_data(run, config);
  const auto& data = own_data ? *own_data : *options.data;
  if (options.log_summary) log_data(run.data.task, data);

  if (run.train.deterministic) use_deterministic_algorithms();
  torch::manual_seed(run.train.seed);
  const auto model = make_model(run, adapter, options.base);
  const Loader training(data.sequences.training, loader_options(run));
  const auto validation = validation_loader(run, data);
  Trainer trainer(model, training, run.train);
  if (options.log_summary) {
    log_model(run.model.path, model);
    log_training(run.train, model, trainer.total_steps());
  }
  warn(run, trainer, adapter, options);

  Recorder recorder(trainer, run, data, validation ? &*validation : nullptr, folder.status());
  choose_run_products(trainer.model(), run);
  const auto result = recorder.train(options.on_step, options.should_stop);
  if (options.log_summary) log_end(run, result);
  return result;
}

}  // namespace mola
