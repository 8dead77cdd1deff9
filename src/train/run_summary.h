#pragma once

#include <cstdint>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/model/llama.h"

namespace mola {

// Log lines that describe a run before its first step.

/// Logs the numbers and lengths of sequences.
void log_data(const std::string& task, const RunData& data);

/// Logs the size, dtype and device of `model`, loaded from `path`, and its adapter.
void log_model(const std::string& path, const Llama& model);

/// Logs the numbers of trainable parameters and steps.
void log_training(const TrainConfig& train, const Llama& model, int64_t steps);

}  // namespace mola
