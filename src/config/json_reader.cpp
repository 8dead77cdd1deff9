#include "config/json_reader.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {

using nlohmann::json;

namespace {

std::string shown(const json& value) { return excerpt(value.dump()); }

}  // namespace

JsonReader::JsonReader(const json& object, ConfigSource& source, const std::string& path)
    : object_(&object), source_(&source), path_(path) {
  if (!object.is_object()) {
    fail(source.file, ": ", path.empty() ? "" : path + ": ", "found ", shown(object),
         ", expected an object");
  }
}

std::string JsonReader::key_path(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

// The key as errors name it: in its file, or on the command line.
std::string JsonReader::origin(const std::string& path) const {
  if (source_->overrides.count(path) > 0) return "--set " + excerpt(path);
  return (source_->file.empty() ? "" : source_->file + ": ") + excerpt(path);
}

void JsonReader::refuse(const std::string& key, const std::string& problem) const {
  fail(origin(key_path(key)), ": ", problem);
}

JsonReader JsonReader::object(const std::string& key) const {
  static const json kEmpty = json::object();
  source_->known.push_back(key_path(key));
  if (source_->overrides.count(key_path(key)) > 0) {
    refuse(key, "is an object, expected one of its keys, such as " + key_path(key) + ".KEY=VALUE");
  }
  for (const auto& [other, value] : object_->items()) {
    if (other.rfind(key + ".", 0) != 0) continue;
    refuse(other, "unknown key, expected \"" + key + "\": {\"" +
                      excerpt(other.substr(key.size() + 1)) + "\": " + shown(value) + "}");
  }
  const auto found = object_->find(key);
  const bool is_given = found != object_->end() && !found->is_null();
  return {is_given ? *found : kEmpty, *source_, key_path(key)};
}

json JsonReader::value(const std::string& key, Form form) const {
  source_->known.push_back(key_path(key));
  const auto overridden = source_->overrides.find(key_path(key));
  if (overridden != source_->overrides.end()) {
    const std::string& text = overridden->second;
    return form == Form::kText ? json(text) : parse_json(text, origin(key_path(key)));
  }
  const auto found = object_->find(key);
  return found == object_->end() ? json() : *found;
}

std::optional<std::string> JsonReader::text(const std::string& key) const {
  const json found = value(key, Form::kText);
  if (found.is_null()) return std::nullopt;
  if (!found.is_string()) refuse(key, "found " + shown(found) + ", expected a string");
  const auto& text = found.get_ref<const std::string&>();
  if (text.empty()) refuse(key, "is empty");
  if (text.find('\0') != std::string::npos) {
    refuse(key, "found '" + excerpt(text) + "', expected no NUL character");  // it would end a path
  }
  return text;
}

std::string JsonReader::required_text(const std::string& key) const {
  return require(key, text(key));
}

std::vector<std::string> JsonReader::unread_keys() const {
  std::vector<std::string> unread;
  const auto& known = source_->known;
  for (const auto& [key, value] : object_->items()) {
    if (std::find(known.begin(), known.end(), key_path(key)) == known.end()) unread.push_back(key);
  }
  return unread;
}

std::string JsonReader::current_key(const std::string& key, const std::string& old_key) const {
  if (old_key.empty() || !is_given(old_key)) return key;
  if (is_given(key)) refuse(old_key, "is the old name of " + key + ", which is also set");
  log_warning(origin(key_path(old_key)) + ": is now called " + key);
  return old_key;
}

json JsonReader::any(const std::string& key) const { return value(key, Form::kJson); }

std::optional<std::string> JsonReader::choice(const std::string& key,
                                              const std::vector<std::string>& choices) const {
  const auto found = text(key);
  if (found && std::find(choices.begin(), choices.end(), *found) == choices.end()) {
    refuse(key, "found '" + excerpt(*found) + "', expected one of " + join(choices) +
                    " (nearest: " + closest_match(*found, choices) + ")");
  }
  return found;
}

std::optional<int64_t> JsonReader::integer(const std::string& key, int64_t least,
                                           int64_t most) const {
  const json found = value(key, Form::kJson);
  if (found.is_null()) return std::nullopt;
  if (!is_whole_number(found) || found.get<int64_t>() < least || found.get<int64_t>() > most) {
    refuse(key, "found " + shown(found) + ", expected a whole number from " +
                    std::to_string(least) + " to " + std::to_string(most));
  }
  return found.get<int64_t>();
}

std::optional<double> JsonReader::number(const std::string& key, const std::string& expected,
                                         const std::function<bool(double)>& valid) const {
  const json found = value(key, Form::kJson);
  if (found.is_null()) return std::nullopt;
  if (!found.is_number() || !valid(found.get<double>())) {
    refuse(key, "found " + shown(found) + ", expected a number " + expected);
  }
  return found.get<double>();
}

std::optional<bool> JsonReader::boolean(const std::string& key) const {
  const json found = value(key, Form::kJson);
  if (found.is_null()) return std::nullopt;
  if (!found.is_boolean()) refuse(key, "found " + shown(found) + ", expected true or false");
  return found.get<bool>();
}

std::optional<std::string> JsonReader::auto_or_boolean(const std::string& key) const {
  const json found = value(key, Form::kText);
  if (found.is_null()) return std::nullopt;
  const auto text = found.is_string() ? found.get<std::string>() : found.dump();
  if (text != "auto" && text != "true" && text != "false") {
    refuse(key, "found " + shown(found) + ", expected auto, true or false");
  }
  return text;
}

std::optional<NumberOrList> JsonReader::number_or_list(const std::string& key) const {
  const json found = value(key, Form::kJson);
  if (found.is_null()) return std::nullopt;
  if (is_whole_number(found)) return found.get<int64_t>();
  if (!found.is_array() || !std::all_of(found.begin(), found.end(), is_whole_number)) {
    refuse(key, "found " + shown(found) + ", expected a whole number or a list of them");
  }
  return found.get<std::vector<int64_t>>();
}

std::optional<std::vector<std::string>> JsonReader::text_list(const std::string& key) const {
  const json found = value(key, Form::kJson);
  if (found.is_null()) return std::nullopt;
  const auto is_text = [](const json& item) { return item.is_string(); };
  if (!found.is_array() || !std::all_of(found.begin(), found.end(), is_text)) {
    refuse(key, "found " + shown(found) + ", expected a list of strings");
  }
  return found.get<std::vector<std::string>>();
}

std::optional<std::string> JsonReader::text_or_json(const std::string& key) const {
  const json found = value(key, Form::kText);
  if (found.is_null()) return std::nullopt;
  if (found.is_string()) return found.get<std::string>();
  if (!found.is_structured()) {
    refuse(key, "found " + shown(found) + ", expected a string, a list or an object");
  }
  return found.dump();
}

void JsonReader::refuse_unknown_keys() const {
  const auto& known = source_->known;
  std::vector<std::string> suggestions;  // none is $schema
  std::copy_if(known.begin(), known.end(), std::back_inserter(suggestions),
               [](const std::string& path) { return path.front() != '$'; });
  const auto check = [&](const std::string& path, const std::string& value) {
    if (std::find(known.begin(), known.end(), path) != known.end()) return;
    fail(origin(path), ": unknown key, found with the value ", excerpt(value),
         " (nearest valid key: ", closest_match(excerpt(path), suggestions), ")");
  };
  for (const auto& [key, value] : object_->items()) check(key_path(key), value.dump());
  if (path_.empty()) {
    for (const auto& [path, value] : source_->overrides) check(path, value);
  }
}

}  // namespace mola
