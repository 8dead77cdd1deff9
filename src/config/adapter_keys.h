#pragma once

#include "config/enum_names.h"
#include "config/json_reader.h"

namespace mola {

// Keys of an adapter that run configs and saved adapters share, with their ranges.

inline std::optional<AdapterType> read_adapter_type(const JsonReader& reader) {
  return reader.enumerator("type", adapter_type_names());
}

inline std::optional<Init> read_init(const JsonReader& reader) {
  return reader.enumerator("init", init_names());
}

inline std::optional<double> read_alpha(const JsonReader& reader, const std::string& key) {
  return reader.number(key, "above 0", [](double v) { return v > 0; });
}

inline std::optional<double> read_dropout(const JsonReader& reader, const std::string& key) {
  return reader.number(key, "from 0 to below 1", [](double v) { return v >= 0 && v < 1; });
}

}  // namespace mola
