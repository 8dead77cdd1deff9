#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/adapter_type.h"
#include "mola/config/run_config.h"

namespace mola {

// Shared by the configs of fine-tuning, pretraining and experiments.

/// A whole run. Throws `Error` as `read_run_config` does.
RunConfig read_run(const nlohmann::json& json, ConfigSource& source, const AdapterTypes& types);

/// The object "train". Throws `Error` for an unknown key or a value out of range.
TrainConfig read_train(const JsonReader& reader);

/// The overrides `key.path=value` of the command line, by key path. Throws `Error` for other text.
std::map<std::string, std::string> split_overrides(const std::vector<std::string>& overrides);

}  // namespace mola
