#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/enum_names.h"
#include "config/json_reader.h"
#include "mola/base/error.h"

namespace mola {

// Each struct of a config has one list of its fields. Reader, writer, the check of a resumed run,
// the JSON schemas and the configuration page of the docs are derived from it.

/// A key of a config object, as the schemas and the docs show it.
struct FieldInfo {
  std::string key;
  std::string help;                      ///< one sentence or more, for the docs
  nlohmann::ordered_json schema;         ///< its type and range, as JSON schema
  nlohmann::ordered_json default_value;  ///< null without one
  bool is_required = false;
  bool has_default = true;  ///< false also for a key that some adapters require
  std::string old_key;      ///< name in version 0.1, read with a warning; empty if none
};

template <class Struct>
struct Field : FieldInfo {
  /// Sets the field if `reader` has `key`, the field's key or its old one, with a value other than
  /// null; false if it has not. Throws `Error`.
  std::function<bool(const JsonReader& reader, const std::string& key, Struct& config)> read;
  /// Null if an optional value is missing.
  std::function<nlohmann::ordered_json(const Struct& config)> write;

  Field required() const {
    Field field = *this;
    field.is_required = true;
    field.has_default = false;
    field.default_value = nullptr;
    return field;
  }
  Field renamed_from(const std::string& key_before) const {
    Field field = *this;
    field.old_key = key_before;
    return field;
  }
};

template <class Struct>
using Fields = std::vector<Field<Struct>>;

/// The range of an integer field.
struct IntegerRange {
  int64_t least;
  int64_t most = kLargestInteger;

  nlohmann::ordered_json schema() const {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
  }
};

/// The range of a number field; `expected` follows "a number" in errors.
struct NumberRange {
  std::string expected;
  std::function<bool(double)> is_valid;
  nlohmann::ordered_json limits;  ///< as JSON schema
};

inline NumberRange positive() {
  return {"above 0", [](double v) { return v > 0; }, {{"exclusiveMinimum", 0}}};
}
inline NumberRange not_negative() {
  return {"of at least 0", [](double v) { return v >= 0; }, {{"minimum", 0}}};
}
inline NumberRange share_below_one() {
  return {"from 0 to below 1",
          [](double v) { return v >= 0 && v < 1; },
          {{"minimum", 0}, {"exclusiveMaximum", 1}}};
}

template <class Value>
nlohmann::ordered_json value_json(const Value& value) {
  return value;
}
template <class Value>
nlohmann::ordered_json value_json(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}
inline nlohmann::ordered_json value_json(const NumberOrList& value) {
  return std::visit([](const auto& numbers) { return nlohmann::ordered_json(numbers); }, value);
}

/// A field for `member`, which `get(reader, key)` reads as an optional and `to_json` writes.
template <class Struct, class Member, class Get, class ToJson>
Field<Struct> make_field(const std::string& key, Member Struct::*member, const std::string& help,
                         nlohmann::ordered_json schema, Get get, ToJson to_json) {
  Field<Struct> field;
  field.key = key;
  field.help = help;
  field.schema = std::move(schema);
  field.read = [member, get](const JsonReader& reader, const std::string& name, Struct& config) {
    const auto value = get(reader, name);
    if (value) config.*member = *value;
    return value.has_value();
  };
  field.write = [member, to_json](const Struct& config) { return to_json(config.*member); };
  field.default_value = field.write(Struct());
  return field;
}

template <class Struct, class Member, class Get>
Field<Struct> make_field(const std::string& key, Member Struct::*member, const std::string& help,
                         nlohmann::ordered_json schema, Get get) {
  return make_field(key, member, help, std::move(schema), std::move(get),
                    [](const Member& value) { return value_json(value); });
}

// `Member` is an int64_t, a double, a bool or a std::string, or an optional of it.

template <class Struct, class Member>
Field<Struct> integer_field(const std::string& key, Member Struct::*member,
                            const IntegerRange& range, const std::string& help) {
  return make_field(key, member, help, range.schema(),
                    [range](const JsonReader& reader, const std::string& name) {
                      return reader.integer(name, range.least, range.most);
                    });
}

template <class Struct, class Member>
Field<Struct> number_field(const std::string& key, Member Struct::*member, const NumberRange& range,
                           const std::string& help) {
  nlohmann::ordered_json schema = {{"type", "number"}};
  schema.update(range.limits);
  return make_field(key, member, help, schema,
                    [range](const JsonReader& reader, const std::string& name) {
                      return reader.number(name, range.expected, range.is_valid);
                    });
}

template <class Struct, class Member>
Field<Struct> boolean_field(const std::string& key, Member Struct::*member,
                            const std::string& help) {
  return make_field(
      key, member, help, {{"type", "boolean"}},
      [](const JsonReader& reader, const std::string& name) { return reader.boolean(name); });
}

template <class Struct, class Member>
Field<Struct> text_field(const std::string& key, Member Struct::*member, const std::string& help) {
  return make_field(
      key, member, help, {{"type", "string"}, {"minLength", 1}},
      [](const JsonReader& reader, const std::string& name) { return reader.text(name); });
}

template <class Struct>
Field<Struct> choice_field(const std::string& key, std::string Struct::*member,
                           const std::vector<std::string>& choices, const std::string& help) {
  return make_field(key, member, help, {{"enum", choices}},
                    [choices](const JsonReader& reader, const std::string& name) {
                      return reader.choice(name, choices);
                    });
}

template <class Struct, class Enum>
Field<Struct> enum_field(const std::string& key, Enum Struct::*member, const EnumNames<Enum>& names,
                         const std::string& help) {
  std::vector<std::string> choices;
  for (const auto& [name, ignored] : names) choices.push_back(name);
  return make_field(
      key, member, help, {{"enum", choices}},
      [names](const JsonReader& reader, const std::string& name) {
        return reader.enumerator(name, names);
      },
      [names](Enum value) { return nlohmann::ordered_json(name_of(value, names)); });
}

/// "auto", true or false, which stand for the `values` in this order.
template <class Struct, class Enum>
Field<Struct> auto_or_boolean_field(const std::string& key, Enum Struct::*member,
                                    const std::array<Enum, 3>& values, const std::string& help) {
  static const std::array<nlohmann::ordered_json, 3> kJson = {"auto", true, false};
  return make_field(
      key, member, help, {{"enum", kJson}},
      [values](const JsonReader& reader, const std::string& name) -> std::optional<Enum> {
        const auto found = reader.auto_or_boolean(name);
        if (!found) return std::nullopt;
        const size_t index = *found == "auto" ? 0 : *found == "true" ? 1 : 2;
        return values[index];
      },
      [values](Enum value) {
        size_t i = 0;
        while (values[i] != value) ++i;
        return kJson[i];
      });
}

/// Reads `fields` from `reader` over those of `config`. Throws `Error` for an unknown key, then for
/// a missing required one: a misspelled key is reported first.
template <class Struct>
Struct read_fields(const JsonReader& reader, const Fields<Struct>& fields, Struct config = {}) {
  std::vector<std::string> missing;
  for (const auto& field : fields) {
    const bool is_given = field.read(reader, reader.current_key(field.key, field.old_key), config);
    if (field.is_required && !is_given) missing.push_back(field.key);
  }
  reader.refuse_unknown_keys();
  if (!missing.empty()) reader.refuse(missing.front(), "is missing");
  return config;
}

/// `config` as a JSON object with every key. `name` is the object's key. Throws `Error` for a
/// number that is not finite, which JSON does not have.
template <class Struct>
nlohmann::ordered_json write_fields(const std::string& name, const Struct& config,
                                    const Fields<Struct>& fields) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& field : fields) {
    auto value = field.write(config);
    if (value.is_number_float() && !std::isfinite(value.template get<double>())) {
      fail(name, ".", field.key, ": found ", value.template get<double>(),
           ", expected a finite number");
    }
    object[field.key] = std::move(value);
  }
  return object;
}

/// The parts of `fields` that schemas and docs need.
template <class Struct>
std::vector<FieldInfo> infos_of(const Fields<Struct>& fields) {
  return {fields.begin(), fields.end()};
}

}  // namespace mola
