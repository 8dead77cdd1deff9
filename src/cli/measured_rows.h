#pragma once

#include <string>

#include "cli/options.h"
#include "mola/analysis/measurements.h"
#include "mola/model/llama.h"

namespace mola::cli {

/// Throws `Error` if `method` needs rows and has none, or the other way round.
void check_rows(const RowOptions& rows, const std::string& method);

/// Measures the adapter of `model`, whose base is in `model_folder`: its experts and, where rows
/// are given, their routing.
Measurements measure_adapter(Llama& model, const std::string& model_folder, const RowOptions& rows);

}  // namespace mola::cli
