#pragma once

#include <string>
#include <vector>

#include "mola/config/adapter_config.h"
#include "mola/config/run_config.h"

namespace mola {

/// Warnings about suspicious settings of a run of `total_steps` steps, one line each: a top_k equal
/// to the number of experts, a learning rate a factor of 100 off the usual one, a warm-up as long
/// as the run.
std::vector<std::string> run_warnings(const TrainConfig& train, const AdapterConfig& adapter,
                                      int64_t total_steps);

}  // namespace mola
