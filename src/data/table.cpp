#include "data/table.h"

#include <algorithm>

#include "config/nearest.h"
#include "data/text_file.h"

namespace mola {
namespace {

std::vector<std::string> split_at_tabs(const std::string& line) {
  std::vector<std::string> cells;
  size_t start = 0;
  for (size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', start)) {
    cells.push_back(line.substr(start, tab - start));
    start = tab + 1;
  }
  cells.push_back(line.substr(start));
  return cells;
}

std::vector<std::string> read_header(LineReader& lines, const std::string& path,
                                     const std::vector<std::string>& needed) {
  if (!lines.next()) fail(path, ": is empty, expected a header with the columns ", join(needed));
  const auto found = split_at_tabs(lines.text());
  for (const auto& column : needed) {
    if (std::find(found.begin(), found.end(), column) == found.end()) {
      fail(path, ": column '", column, "' is missing, found the columns ", join(found));
    }
  }
  return found;
}

}  // namespace

TableRow::TableRow(const std::vector<std::string>& columns, const std::string& line)
    : columns_(&columns), cells_(split_at_tabs(line)) {
  if (cells_.size() != columns.size()) {
    fail("found ", cells_.size(), " columns, expected ", columns.size(), " (", join(columns), ")");
  }
}

const std::string& TableRow::cell(const std::string& column) const {
  const auto position = std::find(columns_->begin(), columns_->end(), column);
  return cells_.at(position - columns_->begin());
}

const std::string& TableRow::text(const std::string& column) const {
  const std::string& found = cell(column);
  if (found.find_first_not_of(' ') == std::string::npos) {
    fail("column '", column, "': found no text, expected some");
  }
  return found;
}

const std::string& TableRow::choice(
    const std::string& column,
    const std::vector<std::pair<std::string, std::string>>& choices) const {
  const std::string& found = cell(column);
  std::vector<std::string> expected;
  for (const auto& [value, meaning] : choices) {
    if (value == found) return meaning;
    expected.push_back(value);
  }
  fail("column '", column, "': found '", found, "', expected one of ", join(expected));
}

std::vector<Example> read_table(const std::string& path, Header header,
                                const std::vector<std::string>& columns, OnBadRow on_bad_row,
                                Example (*to_example)(const TableRow& row), size_t limit) {
  LineReader lines(path);
  const auto all_columns =
      header == Header::kFirstLine ? read_header(lines, path, columns) : columns;
  return read_rows(
      lines, on_bad_row,
      [&](const std::string& line) { return to_example(TableRow(all_columns, line)); }, limit);
}

}  // namespace mola
