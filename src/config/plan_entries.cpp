#include "config/plan_entries.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/excerpt.h"

namespace mola {
namespace {

using nlohmann::json;

void check_name(const JsonReader& reader, const std::string& key, const std::string& name) {
  const auto is_fine = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  if (name.front() == '.' || !std::all_of(name.begin(), name.end(), is_fine)) {
    reader.refuse(key, "found '" + excerpt(name) + "', expected letters, digits, _, - and .");
  }
}

template <class Value>
void check_differ(const JsonReader& reader, const std::string& key,
                  const std::vector<Value>& values) {
  if (values.empty()) reader.refuse(key, "is empty or missing, expected at least one");
  std::set<Value> seen;
  for (const auto& value : values) {
    if (!seen.insert(value).second) {
      reader.refuse(key, "found " + excerpt(json(value).dump()) + " twice");
    }
  }
}

}  // namespace

json object_or_empty(const JsonReader& reader, const std::string& key) {
  const json found = reader.any(key);
  if (found.is_null()) return json::object();
  if (!found.is_object())
    reader.refuse(key, "found " + excerpt(found.dump()) + ", expected an object");
  return found;
}

std::vector<PlanEntry> read_entries(const JsonReader& reader, const std::string& key,
                                    const std::string& own, ConfigSource& source) {
  const json list = reader.any(key);
  if (!list.is_null() && !list.is_array()) {
    reader.refuse(key, "found " + excerpt(list.dump()) + ", expected a list");
  }
  std::vector<PlanEntry> entries;
  for (const json& item : list) {
    const std::string place = key + "[" + std::to_string(entries.size()) + "]";
    const JsonReader entry_reader(item, source, place);
    PlanEntry entry;
    entry.own = object_or_empty(entry_reader, own);
    entry.train = object_or_empty(entry_reader, "train");
    entry.name = entry_reader.required_text("name");
    entry_reader.refuse_unknown_keys();
    check_name(entry_reader, "name", entry.name);
    entries.push_back(std::move(entry));
  }
  check_differ(reader, key, names_of(entries));
  return entries;
}

std::vector<int64_t> read_numbers(const JsonReader& reader, const std::string& key, int64_t least) {
  const auto found = reader.number_or_list(key);
  if (found && !std::holds_alternative<std::vector<int64_t>>(*found)) {
    reader.refuse(key, "found one number, expected a list");
  }
  const auto numbers = found ? std::get<std::vector<int64_t>>(*found) : std::vector<int64_t>();
  check_differ(reader, key, numbers);
  for (const auto number : numbers) {
    if (number < least) {
      reader.refuse(
          key, "found " + std::to_string(number) + ", expected at least " + std::to_string(least));
    }
  }
  return numbers;
}

std::vector<std::string> names_of(const std::vector<PlanEntry>& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace mola
