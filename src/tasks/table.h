#pragma once

#include <string>
#include <vector>

#include "tasks/text_file.h"

namespace mola {

/// The lines of tab-separated values, as in GLUE: UTF-8, no quoting, so a quotation mark is an
/// ordinary character.
class TableReader : public LineReader {
 public:
  /// `columns` names all columns in their order; if empty, the first line does. Throws `Error` if
  /// `path` cannot be read or has no such line, and for a duplicated column.
  explicit TableReader(const std::string& path, std::vector<std::string> columns = {});

  /// The cells of the line, all texts. Throws `Error` unless there is one for each column.
  Row row() const override;

 private:
  std::vector<std::string> columns_;
};

}  // namespace mola
