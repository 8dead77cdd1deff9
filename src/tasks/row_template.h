#pragma once

#include <string>
#include <vector>

#include "tasks/row.h"

namespace mola {

/// Text with the columns of a row in it: "Question: {question.stem}\n". "{{" and "}}" are braces.
class RowTemplate {
 public:
  /// Throws `Error` for an unmatched brace.
  explicit RowTemplate(const std::string& text);

  /// `options`, unless it is null, replaces {options}. Throws `Error` if a column is missing or
  /// blank.
  std::string fill(const Row& row, const std::string* options = nullptr) const;

  /// Whether {column} is in it.
  bool names(const std::string& column) const;

 private:
  struct Piece {
    std::string text;
    std::string column;  // after the text; empty for none
  };
  std::vector<Piece> pieces_;
};

/// get(row, column); for "a.b", the column b of the object in the column a, get(a, "b").
template <class Get>
auto get_at(const Row& row, const std::string& column, const Get& get)
    -> decltype(get(row, column)) {
  const size_t dot = column.find('.');
  if (dot == std::string::npos || row.has(column)) return get(row, column);
  return get_at(row.object(column.substr(0, dot)), column.substr(dot + 1), get);
}

}  // namespace mola
