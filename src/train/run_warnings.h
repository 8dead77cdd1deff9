#pragma once

#include <string>
#include <vector>

#include "mola/config/adapter_config.h"
#include "mola/config/run_config.h"

namespace mola {

/// What in a run of `total_steps` steps is allowed and yet likely a mistake, a line each: a top_k
/// that leaves the router no choice, a learning rate off by a factor of 100, a warm-up as long as
/// the run.
std::vector<std::string> run_warnings(const TrainConfig& train, const AdapterConfig& adapter,
                                      int64_t total_steps);

}  // namespace mola
