#include "tasks/row.h"

#include <charconv>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/base/error.h"
#include "tasks/parquet.h"

namespace mola {

using nlohmann::json;

namespace {

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string label_of(const json& cell) {
  return cell.is_string() ? cell.get<std::string>() : cell.dump();
}

}  // namespace

Row::Row(json cells, std::string path) : cells_(std::move(cells)), path_(std::move(path)) {
  if (!cells_.is_object()) {
    const std::string place = path_.empty() ? "" : "column '" + path_ + "': ";
    fail(place, "found ", cells_.type_name(), ", expected an object");
  }
}

void Row::refuse(const std::string& column, const std::string& problem) const {
  fail("column '", excerpt((path_.empty() ? "" : path_ + ".") + column), "': ", problem);
}

bool Row::has(const std::string& column) const {
  const json* found = find(column);
  return found != nullptr && !found->is_null();
}

bool Row::is_number(const std::string& column) const { return cell(column).is_number(); }

// Null if there is no such column.
const json* Row::find(const std::string& column) const {
  const auto found = cells_.find(column);
  if (found == cells_.end()) return nullptr;
  check_supported(column, *found);
  return &*found;
}

const json& Row::cell(const std::string& column) const {
  if (const json* found = find(column)) return *found;
  std::vector<std::string> columns;
  for (const auto& [name, ignored] : cells_.items()) columns.push_back(name);
  refuse(column, "is missing, found the columns " + excerpt(join(columns)));
}

void Row::check_supported(const std::string& column, const json& cell) const {
  if (!cell.is_object() || !cell.contains(kUnsupportedValue)) return;
  refuse(column, "found " + label_of(cell[kUnsupportedValue]) +
                     ", expected text, finite numbers, true or false, dates, bytes, or lists or "
                     "structs of these");
}

std::string Row::text_of(const std::string& column, const json& cell) const {
  check_supported(column, cell);
  if (!cell.is_string()) {
    refuse(column, std::string("found ") + cell.type_name() + ", expected a string");
  }
  return cell.get<std::string>();
}

std::string Row::text(const std::string& column) const {
  auto found = text_of(column, cell(column));
  if (is_blank(found)) refuse(column, "found no text, expected some");
  return found;
}

std::string Row::text_or_empty(const std::string& column) const {
  const auto found = has(column) ? text_of(column, cell(column)) : "";
  return is_blank(found) ? "" : found;
}

int64_t Row::integer(const std::string& column) const {
  const json& found = cell(column);
  if (is_whole_number(found)) return found.get<int64_t>();
  int64_t number = 0;
  if (found.is_string()) {
    const auto& text = found.get_ref<const std::string&>();
    const char* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, number);
    if (problem == std::errc() && rest == end) return number;
  }
  refuse(column, "found " + excerpt(found.dump()) + ", expected a whole number");
}

std::string Row::label(const std::string& column) const { return label_of(cell(column)); }

std::string Row::choice(const std::string& column,
                        const std::vector<std::pair<std::string, std::string>>& choices) const {
  const std::string found = label(column);
  std::vector<std::string> expected;
  for (const auto& [value, meaning] : choices) {
    if (value == found) return meaning;
    expected.push_back(value);
  }
  refuse(column, "found '" + excerpt(found) + "', expected one of " + join(expected));
}

const json& Row::list(const std::string& column) const {
  const json& found = cell(column);
  if (!found.is_array()) {
    refuse(column, std::string("found ") + found.type_name() + ", expected a list");
  }
  return found;
}

std::vector<std::string> Row::texts(const std::string& column) const {
  std::vector<std::string> texts;
  for (const json& item : list(column)) {
    texts.push_back(text_of(column, item));
    if (is_blank(texts.back())) {
      refuse(column,
             "found no text at position " + std::to_string(texts.size()) + ", expected some");
    }
  }
  return texts;
}

Row Row::object(const std::string& column) const {
  return Row(cell(column), path_.empty() ? column : path_ + "." + column);
}

std::vector<Row> Row::objects(const std::string& column) const {
  std::vector<Row> rows;
  for (const json& item : list(column)) {
    check_supported(column, item);
    rows.emplace_back(item, path_.empty() ? column : path_ + "." + column);
  }
  return rows;
}

}  // namespace mola
