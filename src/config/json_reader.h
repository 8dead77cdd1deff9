#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mola/config/layer_table.h"

namespace mola {

/// The source of values: a file, and the overrides of the command line. `known` collects every key
/// that was read, so that the others can be reported.
struct ConfigSource {
  std::string file;                              ///< empty for values that are not from a file
  std::map<std::string, std::string> overrides;  ///< key path -> text
  std::vector<std::string> known;
};

/// Far above any meaningful count, and far below overflow of the product of two.
constexpr int64_t kLargestInteger = 1'000'000'000;

/// Reads one object of a config. Each getter checks type and range and throws an `Error` with the
/// file, the key, the value found and the value expected; null counts as missing.
class JsonReader {
 public:
  /// `path` is the object's key in the file ("train"), empty for the outermost.
  JsonReader(const nlohmann::json& object, ConfigSource& source, const std::string& path);

  /// An empty object if the key is missing or null. Throws for a key such as "KEY.rank", which has
  /// to be in that object.
  JsonReader object(const std::string& key) const;

  std::optional<std::string> text(const std::string& key) const;
  std::optional<std::string> choice(const std::string& key,
                                    const std::vector<std::string>& choices) const;
  /// The enumerator of the text found.
  template <class Enum>
  std::optional<Enum> enumerator(const std::string& key,
                                 const std::vector<std::pair<std::string, Enum>>& choices) const {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : choices) names.push_back(name);
    const auto found = choice(key, names);
    for (const auto& [name, value] : choices) {
      if (found && *found == name) return value;
    }
    return std::nullopt;
  }
  std::optional<int64_t> integer(const std::string& key, int64_t least,
                                 int64_t most = kLargestInteger) const;
  std::optional<double> number(const std::string& key, const std::string& expected,
                               const std::function<bool(double)>& valid) const;
  std::optional<bool> boolean(const std::string& key) const;
  /// "auto", "true" or "false", of a text or a boolean.
  std::optional<std::string> auto_or_boolean(const std::string& key) const;
  std::optional<NumberOrList> number_or_list(const std::string& key) const;
  std::optional<std::vector<std::string>> text_list(const std::string& key) const;
  /// A string as it is, or a list or object as JSON text.
  std::optional<std::string> text_or_json(const std::string& key) const;

  /// The value without checks; null if it is missing.
  nlohmann::json any(const std::string& key) const;

  /// True if the key is in the file, even if it is null.
  bool contains(const std::string& key) const { return object_->contains(key); }

  /// True if the key has a value other than null, in the file or on the command line. There, JSON
  /// is expected: for the key of a text, ask its getter.
  bool is_given(const std::string& key) const { return !any(key).is_null(); }

  /// The keys of this object that no getter has read.
  std::vector<std::string> unread_keys() const;

  /// `key`, or `old_key` with a warning if only that is set. Throws if both are.
  std::string current_key(const std::string& key, const std::string& old_key) const;

  /// The result of a getter for a required key. Throws if it is missing.
  template <class Value>
  Value require(const std::string& key, const std::optional<Value>& given) const {
    if (!given) refuse(key, "is missing");
    return *given;
  }
  std::string required_text(const std::string& key) const;

  /// Throws for the first key of this object that no getter has read.
  void refuse_unknown_keys() const;

  /// Throws "FILE: PATH.KEY: PROBLEM", or "--set PATH.KEY: PROBLEM" if it comes from there.
  [[noreturn]] void refuse(const std::string& key, const std::string& problem) const;

 private:
  enum class Form { kText, kJson };
  std::string key_path(const std::string& key) const;
  std::string origin(const std::string& path) const;
  nlohmann::json value(const std::string& key, Form form) const;

  const nlohmann::json* object_;
  ConfigSource* source_;
  std::string path_;
};

}  // namespace mola
