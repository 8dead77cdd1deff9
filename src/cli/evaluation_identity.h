#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/options.h"
#include "mola/config/evaluation_options.h"

namespace mola::cli {

/// What the predictions of an evaluation depend on, for `SavedPredictions`: contents, not paths,
/// and what `auto` stands for on this machine. Throws `Error` for a file that is missing or
/// damaged.
nlohmann::ordered_json evaluation_identity(const ModelOptions& model,
                                           const EvaluationOptions& options, const Task& task,
                                           const std::vector<Example>& examples);

}  // namespace mola::cli
