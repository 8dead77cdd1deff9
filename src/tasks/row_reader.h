#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "mola/base/error.h"
#include "mola/config/enums.h"
#include "tasks/row.h"

namespace mola {

/// The rows of a data set, one at a time, so that a bad one is a bad row and what follows the last
/// one asked for is never looked at.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  /// Goes to the next row; false at the end. Throws `Error` where it can no longer be told where
  /// rows end.
  virtual bool next() = 0;

  /// The row as it stands in the file.
  virtual const std::string& text() const = 0;

  /// "path:12" for a line, "path: row 12" otherwise, counted from 1.
  virtual std::string where() const = 0;

  /// The row's columns. Throws `Error` unless the text is a row.
  virtual Row row() const;
};

/// Stops with an `Error` or warns, in either case with "where: problem".
void handle_bad_row(const std::string& where, const std::string& problem, OnBadRow on_bad_row);

/// What `parse` makes of the text of each of the remaining rows, at most `limit`. A text that is
/// not UTF-8 or for which `parse` throws an `Error` is a bad row.
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
