#pragma once

#include <cstdint>
#include <string>

#include "cli/options.h"
#include "mola/config/run_config.h"
#include "mola/model/llama.h"

namespace mola::cli {

/// Loads the model ready for inference, and logs it.
Llama load_model(const ModelOptions& options);

/// The same with the adapter as it was trained, in fp32.
Llama load_model_unfrozen(const ModelOptions& options);

/// Logs a model and its adapter; `name` says where it comes from.
void log_model(const std::string& name, const Llama& model);

/// Logs the settings of the adapter that its type alone does not tell.
void log_adapter(const AdapterConfig& adapter);

/// Logs the extent of a training run, and warnings about suspicious settings.
void log_training(const TrainConfig& train, const Llama& model, int64_t steps);

}  // namespace mola::cli
