#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// A value of a config's key as JSON text, made from what a program has:
///
///     ConfigValue rank = 8, allocation = "2468", modules = std::vector<std::string>{"q_proj"};
class ConfigValue {
 public:
  ConfigValue() = default;  ///< null
  ConfigValue(int value);
  ConfigValue(int64_t value);
  ConfigValue(double value);
  ConfigValue(bool value);
  ConfigValue(const char* value);
  ConfigValue(const std::string& value);
  ConfigValue(const std::vector<int64_t>& value);
  ConfigValue(const std::vector<std::string>& value);

  /// The value that `json` says.
  static ConfigValue from_json(std::string json);

  const std::string& json() const { return json_; }

 private:
  std::string json_ = "null";
};

}  // namespace mola
