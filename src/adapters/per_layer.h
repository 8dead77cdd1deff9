#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/json_reader.h"

namespace mola {

/// Reads `value`, that of `key` or a part of it, as one number for each of `num_layers` layers: a
/// whole number from 0 to `most` for all of them, or a list.
std::vector<int64_t> read_per_layer(const JsonReader& reader, const std::string& key,
                                    const nlohmann::json& value, int64_t num_layers, int64_t most);

}  // namespace mola
