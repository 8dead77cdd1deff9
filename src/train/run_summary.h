#pragma once

#include <cstdint>
#include <string>

#include "mola/config/run_config.h"
#include "mola/data/run_data.h"
#include "mola/model/llama.h"

namespace mola {

// What a run is, in a few log lines before its first step.

/// How many sequences there are and how long they are.
void log_data(const std::string& task, const RunData& data);

/// The size, dtype and device of `model`, loaded from `path`, and its adapter.
void log_model(const std::string& path, const Llama& model);

/// How many parameters are trained in how many steps.
void log_training(const TrainConfig& train, const Llama& model, int64_t steps);

}  // namespace mola
