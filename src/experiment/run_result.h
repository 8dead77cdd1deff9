#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/json_reader.h"
#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

// result.json in the folder of a run of a plan: its scores, and the settings that they depend on.

/// The settings that scores depend on besides the run's own config; `test_rows` is the rows'
/// fingerprint.
nlohmann::ordered_json evaluation_settings(const PlanEvaluation& evaluation,
                                           const std::string& test_rows);

std::string result_path(const RunConfig& config);

/// The saved result of the run; none if there is no file, or the run was evaluated with other
/// `settings`. Older results do not tell their test rows, which then count as the same.
std::optional<nlohmann::json> read_result(const RunConfig& config,
                                          const nlohmann::ordered_json& settings);

/// A score, and the number of trainable parameters, from the result of `read_result`.
double read_score(const JsonReader& reader, const std::string& key);
int64_t read_trainable_parameters(const JsonReader& reader);

void write_result(const RunConfig& config, const nlohmann::ordered_json& settings,
                  const nlohmann::ordered_json& scores);

}  // namespace mola
