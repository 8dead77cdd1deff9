#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "mola/base/error.h"
#include "mola/config/enums.h"
#include "tasks/row.h"

namespace mola {

/// The rows of a data set, one at a time: a bad one does not affect the others, and rows after the
/// last requested one are never read.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  /// Moves to the next row; false at the end. Throws `Error` if the end of a row cannot be found.
  virtual bool next() = 0;

  /// The text of the row in the file.
  virtual const std::string& text() const = 0;

  /// "path:12" for a line, "path: row 12" otherwise, counted from 1.
  virtual std::string where() const = 0;

  /// The row's columns. Throws `Error` unless the text is a row.
  virtual Row row() const;
};

/// Throws an `Error` or warns, both with "where: problem".
void handle_bad_row(const std::string& where, const std::string& problem, OnBadRow on_bad_row);

/// The results of `parse` for the text of each remaining row, at most `limit`. A text that is not
/// UTF-8, or for which `parse` throws an `Error`, is a bad row.
template <class Parse>
auto read_rows(RowReader& reader, OnBadRow on_bad_row, Parse parse, size_t limit = SIZE_MAX) {
  std::vector<decltype(parse(reader.text()))> rows;
  while (rows.size() < limit && reader.next()) {
    try {
      check_utf8(reader.text());
      rows.push_back(parse(reader.text()));
    } catch (const Error& error) {
      handle_bad_row(reader.where(), error.what(), on_bad_row);
    }
  }
  return rows;
}

}  // namespace mola
