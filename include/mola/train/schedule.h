#pragma once

#include <cstdint>

#include "mola/config/run_config.h"

namespace mola {

/// The learning rate of the step `step` (from 0) of `total_steps`, as transformers schedules it:
/// rises linearly from 0 over `warmup_steps`, then stays (constant), falls linearly to 0 (linear),
/// or falls along half a cosine to 0 (cosine).
double learning_rate_at(const TrainConfig& train, int64_t step, int64_t total_steps);

}  // namespace mola
