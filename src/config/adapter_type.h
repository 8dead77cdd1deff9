#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "mola/config/adapter_spec.h"

namespace mola {

/// The keys of an adapter type in a config. The types themselves are in adapters/.
struct AdapterType {
  std::string name;  ///< as in adapter.type
  std::string help;  ///< a sentence for the docs
  std::vector<FieldInfo> fields;
  /// The values of the fields in an object, checked, by key. Throws `Error`.
  std::function<nlohmann::ordered_json(const JsonReader& reader)> read_given;
  /// True if all weights are trained: the result is a model, which `init_from` cannot name.
  bool trains_base = false;
};

template <class Settings>
AdapterType make_adapter_type(const std::string& name, const std::string& help,
                              const Fields<Settings>& fields) {
  const auto read_given = [fields](const JsonReader& reader) {
    nlohmann::ordered_json given = nlohmann::ordered_json::object();
    for (const auto& field : fields) {
      Settings settings;
      if (field.read(reader, field.key, settings)) given[field.key] = field.write(settings);
    }
    return given;
  };
  return {name, help, infos_of(fields), read_given};
}

/// The type of that name. Throws `Error` with the nearest name if there is none.
const AdapterType& find_adapter_type(const AdapterTypes& types, const std::string& name);

/// The type that `spec` names or, without a name, the first of `types`.
const AdapterType& type_of(const AdapterSpec& spec, const AdapterTypes& types);

/// Reads the object "adapter". Checks the keys of all types.
AdapterSpec read_adapter_spec(const JsonReader& reader, const AdapterTypes& types);

/// The settings of `spec` as a JSON object.
nlohmann::ordered_json settings_json(const AdapterSpec& spec);

/// `spec` as a JSON object; for a new adapter, missing keys get their defaults.
nlohmann::ordered_json adapter_spec_json(const AdapterSpec& spec, const AdapterTypes& types);

}  // namespace mola
