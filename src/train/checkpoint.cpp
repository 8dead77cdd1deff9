#include "mola/train/checkpoint.h"

#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "adapters/adapter.h"
#include "base/atomic_folder.h"
#include "base/first_difference.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "io/trained_files.h"
#include "mola/base/log.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/safetensors.h"
#include "mola/version.h"
#include "train/expert_numbers.h"
#include "train/random_devices.h"

namespace mola {
namespace {

using torch::Tensor;

const std::string kState = "/state.safetensors";
const std::string kProgress = "/progress.json";

// The state is uint8, in multiples of 8 bytes; it is saved as int64.
Tensor saved_random_state(torch::Device device) { return random_state(device).view(torch::kLong); }

torch::Device device_of(Trainer& trainer) { return trainer.model()->embed_tokens.device(); }

std::string progress_text(const RunProgress& progress, const std::string& layout) {
  nlohmann::ordered_json json = {{"step", progress.step},
                                 {"best_validation_loss", nullptr},
                                 {"unlogged_steps", progress.unlogged.steps},
                                 {"unlogged_loss", progress.unlogged.loss},
                                 {"unlogged_balance_loss", progress.unlogged.balance_loss},
                                 {"unlogged_picks", progress.unlogged.picks},
                                 {"rows", progress.identity.rows},
                                 {"dtype", progress.identity.dtype},
                                 {"device", progress.identity.device},
                                 {"base_model", progress.identity.base_model},
                                 {"layout", layout},
                                 {"version", version_text()}};
  if (progress.best_validation_loss) json["best_validation_loss"] = *progress.best_validation_loss;
  if (progress.pending) {
    json["pending_learning_rate"] = progress.pending->learning_rate;
    json["pending_grad_norm"] = progress.pending->grad_norm;
  }
  return json.dump(2) + "\n";
}

void warn_of_version(const std::string& path, const std::string& version) {
  if (version.empty() || version == version_text()) return;
  log_warning(path + ": was saved by version " + version + ", this is " + version_text() +
              "; results may differ in the last digits from those of a run not interrupted");
}

// A file that the config names, such as an allocation, may have changed.
void check_same_adapter(const Llama& model, const std::string& folder) {
  if (model->adapter.is_none() || model->adapter.trains_base) return;
  const auto& adapter = find_adapter(model->adapter.type);
  const auto json_of = [&](const AdapterConfig& config) {
    return adapter.write(config, model->config);
  };
  const auto saved = json_of(read_adapter_config(folder, model->config.num_hidden_layers));
  const auto given = json_of(model->adapter);
  if (const auto difference = first_difference(saved, given)) {
    fail(folder, "/adapter_config.json: ", difference->key, ": found ", difference->found,
         ", but the config now gives ", difference->expected,
         "; a run resumes only with the adapter that it started with");
  }
}

}  // namespace

RunProgress read_progress(const std::string& folder) {
  const std::string path = folder + kProgress;
  const auto json = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const JsonReader reader(json, source, "");
  const auto count = [&](const std::string& key, int64_t least) {
    return reader.require(key, reader.integer(key, least, INT64_MAX));
  };
  const auto number = [&](const std::string& key) {
    return reader.number(key, "that is finite", [](double v) { return std::isfinite(v); });
  };
  RunProgress progress;
  progress.step = count("step", 1);
  progress.best_validation_loss = number("best_validation_loss");
  progress.unlogged.steps = count("unlogged_steps", 0);
  progress.unlogged.loss = reader.require("unlogged_loss", number("unlogged_loss"));
  progress.unlogged.balance_loss =
      reader.require("unlogged_balance_loss", number("unlogged_balance_loss"));
  progress.unlogged.picks = expert_numbers(reader, "unlogged_picks");
  if (const auto learning_rate = number("pending_learning_rate")) {
    const auto grad_norm = reader.require("pending_grad_norm", number("pending_grad_norm"));
    progress.pending = PendingStep{*learning_rate, grad_norm};
  }
  const auto text = [&](const std::string& key) { return reader.text(key).value_or(""); };
  progress.identity = {text("rows"), text("dtype"), text("device"), text("base_model")};
  progress.version = text("version");
  progress.layout = text("layout");
  reader.refuse_unknown_keys();
  return progress;
}

void save_checkpoint(Trainer& trainer, const RunProgress& progress, const std::string& source,
                     const std::string& folder) {
  TensorMap state = trainer.state();
  for (const auto& [name, device] : random_devices(device_of(trainer))) {
    state[name] = saved_random_state(device);
  }
  AtomicFolder output(folder);
  write_trained_files(trainer.model(), source, output.path());
  save_safetensors(output.path() + kState, state);
  write_file(output.path() + kProgress, progress_text(progress, trainer.layout()));
  output.commit();
}

RunProgress load_checkpoint(Trainer& trainer, const std::string& folder) {
  const RunProgress progress = read_progress(folder);
  warn_of_version(folder, progress.version);
  check_same_adapter(trainer.model(), folder);
  if (!progress.layout.empty() && progress.layout != trainer.layout()) {
    fail(folder, kProgress, ": layout: found ", progress.layout, ", expected ", trainer.layout(),
         "; the optimizer's state is that of other parameters, or of another order");
  }
  load_trained(trainer.model(), folder);
  const SafetensorsFile state(folder + kState);
  for (const auto& [name, tensor] : trainer.state()) {
    read_tensor_into(state, name, tensor);
  }
  for (const auto& [name, device] : random_devices(device_of(trainer))) {
    auto saved = saved_random_state(device);
    read_tensor_into(state, name, saved);
    set_random_state(device, saved.view(torch::kByte));
  }
  trainer.go_on_after(progress.step);
  return progress;
}

}  // namespace mola
