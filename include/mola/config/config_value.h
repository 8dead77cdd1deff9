#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// A value of a config key as JSON text, made from a C++ value:
///
///     ConfigValue rank = 8, allocation = "2468", modules = std::vector<std::string>{"q_proj"};
class ConfigValue {
 public:
  ConfigValue() = default;                             ///< null
  ConfigValue(int value);                              // NOLINT(google-explicit-constructor)
  ConfigValue(int64_t value);                          // NOLINT(google-explicit-constructor)
  ConfigValue(double value);                           // NOLINT(google-explicit-constructor)
  ConfigValue(bool value);                             // NOLINT(google-explicit-constructor)
  ConfigValue(const char* value);                      // NOLINT(google-explicit-constructor)
  ConfigValue(const std::string& value);               // NOLINT(google-explicit-constructor)
  ConfigValue(const std::vector<int64_t>& value);      // NOLINT(google-explicit-constructor)
  ConfigValue(const std::vector<std::string>& value);  // NOLINT(google-explicit-constructor)

  /// The value of the JSON text `json`.
  static ConfigValue from_json(std::string json);

  const std::string& json() const { return json_; }

 private:
  std::string json_ = "null";
};

}  // namespace mola
