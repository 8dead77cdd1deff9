#include "data/row_template.h"

#include "mola/error.h"

namespace mola {

RowTemplate::RowTemplate(const std::string& text) {
  pieces_.emplace_back();
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_doubled = at + 1 < text.size() && text[at + 1] == c;
    if ((c != '{' && c != '}') || is_doubled) {
      pieces_.back().text += c;
      if (c == '{' || c == '}') ++at;
      continue;
    }
    const size_t end = c == '{' ? text.find('}', at) : std::string::npos;
    if (end == std::string::npos || end == at + 1) {
      fail("found '", text.substr(at, 20), "', expected {COLUMN}, or {{ or }} for a bracket");
    }
    pieces_.back().column = text.substr(at + 1, end - at - 1);
    pieces_.emplace_back();
    at = end;
  }
}

std::string RowTemplate::fill(const Row& row, const std::string* options) const {
  std::string filled;
  for (const auto& [text, column] : pieces_) {
    filled += text;
    if (column.empty()) continue;
    filled += column == "options" && options != nullptr ? *options : cell_text(row, column);
  }
  return filled;
}

std::string cell_text(const Row& row, const std::string& column) {
  const size_t dot = column.find('.');
  if (dot != std::string::npos && !row.has(column)) {
    return cell_text(row.object(column.substr(0, dot)), column.substr(dot + 1));
  }
  return row.is_number(column) ? row.label(column) : row.text(column);
}

}  // namespace mola
