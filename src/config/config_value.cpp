#include "mola/config/config_value.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace mola {

ConfigValue::ConfigValue(int value) : json_(nlohmann::json(value).dump()) {}
ConfigValue::ConfigValue(int64_t value) : json_(nlohmann::json(value).dump()) {}
// JSON has no NaN and no infinity, and `dump` would make null of them. Their text is refused where
// it is read.
ConfigValue::ConfigValue(double value)
    : json_(std::isfinite(value) ? nlohmann::json(value).dump() : std::to_string(value)) {}
ConfigValue::ConfigValue(bool value) : json_(nlohmann::json(value).dump()) {}
ConfigValue::ConfigValue(const char* value) : json_(nlohmann::json(value).dump()) {}
ConfigValue::ConfigValue(const std::string& value) : json_(nlohmann::json(value).dump()) {}
ConfigValue::ConfigValue(const std::vector<int64_t>& value) : json_(nlohmann::json(value).dump()) {}
ConfigValue::ConfigValue(const std::vector<std::string>& value)
    : json_(nlohmann::json(value).dump()) {}

ConfigValue ConfigValue::from_json(std::string json) {
  ConfigValue value;
  value.json_ = std::move(json);
  return value;
}

}  // namespace mola
