#include "tasks/row_template.h"

#include <algorithm>

#include "mola/base/error.h"

namespace mola {
namespace {

std::string cell_text(const Row& row, const std::string& column) {
  return row.is_number(column) ? row.label(column) : row.text(column);
}

}  // namespace

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
      fail("found '", text.substr(at, 20), "', expected {COLUMN}, or {{ or }} for a brace");
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
    filled += column == "options" && options != nullptr ? *options : get_at(row, column, cell_text);
  }
  return filled;
}

bool RowTemplate::names(const std::string& column) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const Piece& piece) { return piece.column == column; });
}

}  // namespace mola
