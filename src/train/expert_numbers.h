#pragma once

#include <string>

#include "config/json_reader.h"
#include "mola/train/metrics.h"

namespace mola {

/// Reads `key`, a list of numbers for each layer; empty without the key. Throws `Error` for another
/// value.
ExpertNumbers expert_numbers(const JsonReader& reader, const std::string& key);

}  // namespace mola
