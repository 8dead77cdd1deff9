#pragma once

#include <string>
#include <vector>

#include "data/row.h"

namespace mola {

/// Text with the columns of a row in it: "Question: {question.stem}\n". "{{" and "}}" are brackets.
class RowTemplate {
 public:
  /// Throws `Error` for a bracket without its other half.
  explicit RowTemplate(const std::string& text);

  /// `options` stands for {options}, where it is not null. Throws `Error` if a column is missing or
  /// blank.
  std::string fill(const Row& row, const std::string* options = nullptr) const;

 private:
  struct Piece {
    std::string text;
    std::string column;  // that stands behind the text; empty for none
  };
  std::vector<Piece> pieces_;
};

/// The cell of "a.b", which is the column b of the object in the column a, as text. Throws `Error`
/// if it is missing or blank.
std::string cell_text(const Row& row, const std::string& column);

}  // namespace mola
