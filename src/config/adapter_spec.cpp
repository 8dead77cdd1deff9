#include "mola/config/adapter_spec.h"

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "base/json_file.h"
#include "config/adapter_type.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> names_of(const AdapterTypes& types) {
  std::vector<std::string> names;
  for (const auto* type : types) names.push_back(type->name);
  return names;
}

}  // namespace

const AdapterType& find_adapter_type(const AdapterTypes& types, const std::string& name) {
  for (const auto* type : types) {
    if (type->name == name) return *type;
  }
  const auto names = names_of(types);
  fail("adapter.type: found '", excerpt(name), "', expected one of ", join(names),
       " (nearest: ", closest_match(excerpt(name), names), ")");
}

const AdapterType& type_of(const AdapterSpec& spec, const AdapterTypes& types) {
  return spec.type.empty() ? *types.front() : find_adapter_type(types, spec.type);
}

AdapterSpec read_adapter_spec(const JsonReader& reader, const AdapterTypes& types) {
  AdapterSpec spec;
  spec.type = reader.choice("type", names_of(types)).value_or("");
  for (const auto* type : types) {
    const ordered_json given = type->read_given(reader);
    for (const auto& [key, value] : given.items()) {
      spec.settings[key] = ConfigValue::from_json(value.dump());
    }
  }
  spec.init_from = reader.text("init_from");
  reader.refuse_unknown_keys();
  return spec;
}

ordered_json settings_json(const AdapterSpec& spec) {
  ordered_json object = ordered_json::object();
  for (const auto& [key, value] : spec.settings) {
    if (!ordered_json::accept(value.json())) {
      fail("adapter.", key, ": found ", excerpt(value.json()), ", expected a value in JSON");
    }
    object[key] = parse_json(value.json(), "adapter." + key);
  }
  return object;
}

// The type's own fields in their order, then keys of other types, which `resolve` refuses.
ordered_json adapter_spec_json(const AdapterSpec& spec, const AdapterTypes& types) {
  const bool is_new = !spec.init_from;
  ordered_json object = ordered_json::object();
  if (is_new || !spec.type.empty()) object["type"] = type_of(spec, types).name;
  const auto settings = settings_json(spec);
  for (const auto& field : type_of(spec, types).fields) {
    auto value = settings.value(field.key, ordered_json());
    if (value.is_null() && is_new) value = field.default_value;
    if (!value.is_null()) object[field.key] = value;
  }
  for (const auto& [key, value] : settings.items()) {
    if (!object.contains(key) && !value.is_null()) object[key] = value;
  }
  if (spec.init_from) object["init_from"] = *spec.init_from;
  return object;
}

}  // namespace mola
