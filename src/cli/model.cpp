#include "cli/model.h"

#include <iomanip>
#include <sstream>

#include "mola/adapters/adapters.h"
#include "mola/base/log.h"
#include "mola/io/pretrained.h"
#include "mola/model/device.h"
#include "mola/model/parameter_count.h"
#include "train/run_warnings.h"

namespace mola::cli {

Llama load_model_unfrozen(const ModelOptions& options) {
  const auto device = choose_device(options.device);
  auto model = load_pretrained(options.model, options.adapter, choose_dtype(options.dtype, device),
                               device);
  log_model(options.model, model);
  return model;
}

Llama load_model(const ModelOptions& options) {
  auto model = load_model_unfrozen(options);
  model->prepare_for_inference();
  return model;
}

void log_model(const std::string& name, const Llama& model) {
  const auto& config = model->config;
  std::ostringstream line;
  line << "model    " << name << ": " << config.num_hidden_layers << " layers, hidden size "
       << config.hidden_size << ", " << with_commas(count_parameters(model).total)
       << " parameters, "
       << (model->embed_tokens.scalar_type() == torch::kBFloat16 ? "bf16" : "f32") << " on "
       << model->embed_tokens.device();
  log_info(line.str());
  log_adapter(model->adapter);
}

void log_adapter(const AdapterConfig& adapter) {
  for (const auto& line : adapter_summary(adapter)) log_info(line);
}

void log_training(const TrainConfig& train, const Llama& model, int64_t steps) {
  const auto count = count_parameters(model);
  const double share =
      100.0 * static_cast<double>(count.trainable) / static_cast<double>(count.total);
  std::ostringstream line;
  line << "training " << with_commas(count.trainable) << " parameters (" << std::setprecision(3)
       << share << " %), " << with_commas(steps) << " steps of " << train.batch_size
       << " sequences";
  log_info(line.str());
  for (const auto& warning : run_warnings(train, model->adapter, steps)) log_warning(warning);
}

}  // namespace mola::cli
