#include "tasks/table.h"

#include <set>

#include "base/closest_match.h"
#include "base/excerpt.h"

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

}  // namespace

TableReader::TableReader(const std::string& path, std::vector<std::string> columns)
    : LineReader(path), columns_(std::move(columns)) {
  if (!columns_.empty()) return;
  if (!next()) fail(path, ": is empty, expected a header");
  columns_ = split_at_tabs(text());
  std::set<std::string> names;
  for (const auto& name : columns_) {
    if (!names.insert(name).second) {
      fail(where(), ": the column '", excerpt(name), "' is duplicated");
    }
  }
}

Row TableReader::row() const {
  const auto cells = split_at_tabs(text());
  if (cells.size() != columns_.size()) {
    fail("found ", cells.size(), " columns, expected ", columns_.size(), " (",
         excerpt(join(columns_)), ")");
  }
  auto row = nlohmann::json::object();
  for (size_t i = 0; i < cells.size(); ++i) row[columns_[i]] = cells[i];
  return Row(std::move(row));
}

}  // namespace mola
