#include "data/tokens.h"

#include <nlohmann/json.hpp>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::json;

bool is_id(const json& item) {
  return item.is_number_unsigned() && item.get<uint64_t>() <= INT64_MAX;
}

bool is_label(const json& item) { return is_id(item) || item == kIgnoreIndex; }

std::vector<int64_t> read_list(const json& list, const std::string& key,
                               bool (*valid)(const json& item), const std::string& expected) {
  if (!list.is_array()) fail(key, ": found ", excerpt(list.dump()), ", expected a list");
  std::vector<int64_t> numbers;
  numbers.reserve(list.size());
  for (const json& item : list) {
    if (!valid(item)) {
      fail(key, "[", numbers.size(), "]: found ", excerpt(item.dump()), ", expected ", expected);
    }
    numbers.push_back(item.get<int64_t>());
  }
  return numbers;
}

void check_keys(const json& row) {
  for (const auto& [key, value] : row.items()) {
    if (key != "input_ids" && key != "labels") {
      fail("found the key '", excerpt(key), "', expected input_ids and labels only");
    }
  }
  if (!row.contains("input_ids")) fail("input_ids is missing");
}

}  // namespace

Sequence parse_tokens(const std::string& line) {
  const json row = parse_json(line, "row");
  if (!row.is_object()) fail("found ", excerpt(line), ", expected one JSON object");
  check_keys(row);
  Sequence sequence;
  sequence.input_ids =
      read_list(row["input_ids"], "input_ids", is_id, "a whole number of at least 0");
  if (sequence.input_ids.empty()) fail("input_ids: found no tokens, expected some");
  sequence.labels = row.contains("labels") ? read_list(row["labels"], "labels", is_label,
                                                       "-100 or a whole number of at least 0")
                                           : sequence.input_ids;
  if (sequence.labels.size() != sequence.input_ids.size()) {
    fail("labels: found ", sequence.labels.size(), " numbers, expected ", sequence.input_ids.size(),
         ", one for each of input_ids");
  }
  return sequence;
}

}  // namespace mola
