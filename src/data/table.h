#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mola/data/example.h"
#include "mola/data/task.h"

namespace mola {

/// One row of a table, its cells by the names of their columns.
class TableRow {
 public:
  /// Splits `line` at its tabs. Throws `Error` unless that gives one cell for each of `columns`.
  TableRow(const std::vector<std::string>& columns, const std::string& line);

  /// The cell as it stands. Throws `Error` if it is blank.
  const std::string& text(const std::string& column) const;

  /// The second of the pair whose first is the cell. Throws `Error` if there is none.
  const std::string& choice(const std::string& column,
                            const std::vector<std::pair<std::string, std::string>>& choices) const;

 private:
  const std::string& cell(const std::string& column) const;

  const std::vector<std::string>* columns_;
  std::vector<std::string> cells_;
};

enum class Header { kNone, kFirstLine };

/// Reads tab-separated values as GLUE has them: UTF-8, no quoting, so a quotation mark is a
/// character like any other. Without a header, `columns` names all columns in their order; with
/// one, it names those that `to_example` asks for. A row for which `to_example` throws an `Error`
/// is a bad row. What follows the first `limit` rows is not looked at.
std::vector<Example> read_table(const std::string& path, Header header,
                                const std::vector<std::string>& columns, OnBadRow on_bad_row,
                                Example (*to_example)(const TableRow& row),
                                size_t limit = SIZE_MAX);

}  // namespace mola
