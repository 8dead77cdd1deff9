#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/adapter_config.h"
#include "mola/config/continual_plan.h"
#include "mola/config/experiment_plan.h"
#include "mola/config/run_config.h"

namespace mola {

/// All adapter types; the first is the default of a config.
const AdapterTypes& adapter_types();

/// The new adapter that `spec`, which names no saved one, describes on a model of `num_layers`
/// layers. Throws `Error` for a key that its type does not have, a list of the wrong length, a
/// top_k outside 1..N_j, an unknown target module, a rank below 1, or more adapter_layers than
/// layers.
AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers);

/// The saved adapter's settings, with the dropout of `spec` if it sets one. Throws `Error` for any
/// other key in `spec` that contradicts `saved`.
AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers, const AdapterConfig& saved);

/// Lines that describe the adapter beyond its type, such as its experts by layer.
std::vector<std::string> adapter_summary(const AdapterConfig& config);

/// The usual learning rate of the adapter.
double usual_learning_rate(const AdapterConfig& config);

// The readers and writers of config/ with all types of adapter.

inline RunConfig read_run_config(const std::string& path,
                                 const std::vector<std::string>& overrides = {}) {
  return read_run_config(path, overrides, adapter_types());
}
inline ExperimentPlan read_experiment_plan(const std::string& path,
                                           const std::vector<std::string>& overrides = {}) {
  return read_experiment_plan(path, overrides, adapter_types());
}
inline ContinualPlan read_continual_plan(const std::string& path,
                                         const std::vector<std::string>& overrides = {}) {
  return read_continual_plan(path, overrides, adapter_types());
}
inline std::string run_config_text(const RunConfig& config) {
  return run_config_text(config, adapter_types());
}

}  // namespace mola
