#pragma once

#include <string>

#include "config/json_reader.h"
#include "mola/train/metrics.h"

namespace mola {

/// A list for each layer under `key`; empty if it is not given. Throws `Error` if it is something
/// else.
ExpertNumbers expert_numbers(const JsonReader& reader, const std::string& key);

}  // namespace mola
