#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/json_reader.h"
#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

// result.json in the folder of a run of a plan: its scores, beside what they depend on.

/// What scores depend on beside the run's own config.
nlohmann::ordered_json evaluation_settings(const PlanEvaluation& evaluation);

std::string result_path(const RunConfig& config);

/// What an earlier call found for the run; none if there is nothing, or the run was evaluated with
/// other `settings`.
std::optional<nlohmann::json> read_result(const RunConfig& config,
                                          const nlohmann::ordered_json& settings);

/// A score in what `read_result` gave, and the number of trainable parameters.
double read_score(const JsonReader& reader, const std::string& key);
int64_t read_trainable_parameters(const JsonReader& reader);

void write_result(const RunConfig& config, const nlohmann::ordered_json& settings,
                  const nlohmann::ordered_json& scores);

}  // namespace mola
