#pragma once

#include <cstdint>

#include "mola/config/run_config.h"

namespace mola {

/// The learning rate of step `step` (from 0) of `total_steps`, as in transformers: increases
/// linearly from 0 over `warmup_steps`, then is constant (constant), or decreases to 0 linearly
/// (linear) or as half a cosine (cosine).
double learning_rate_at(const TrainConfig& train, int64_t step, int64_t total_steps);

}  // namespace mola
