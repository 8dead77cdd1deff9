#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mola/config/config_value.h"

namespace mola {

/// The object `"adapter"` of a config, before the number of layers is known:
///
///     AdapterSpec spec = {"mola", {{"allocation", "2468"}, {"rank", 8}}};
struct AdapterSpec {
  std::string type;                             ///< empty: mola, or that of `init_from`
  std::map<std::string, ConfigValue> settings;  ///< the keys that are given, see docs/configuration
  std::optional<std::string> init_from;         ///< the folder of a saved adapter

  ConfigValue& operator[](const std::string& key) { return settings[key]; }
};

/// A type of adapter; `adapter_types` in adapters/ lists all.
struct AdapterType;
using AdapterTypes = std::vector<const AdapterType*>;

}  // namespace mola
