#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "data/utf8.h"
#include "mola/data/task.h"
#include "mola/error.h"

namespace mola {

/// The path of `name` in `folder`. Throws `Error` if it is not there.
std::string file_in_folder(const std::string& folder, const std::string& name);

/// The lines of a text file, one at a time, without line end (LF or CRLF) and byte order mark.
/// Blank lines are passed over.
class LineReader {
 public:
  /// Throws `Error` if `path` cannot be read.
  explicit LineReader(const std::string& path);

  /// Goes to the next line; false at the end of the file.
  bool next();

  const std::string& text() const { return line_; }

  /// "path:12", where the line stands.
  std::string where() const;

 private:
  std::string path_;
  std::ifstream file_;
  std::string line_;
  int64_t number_ = 0;
};

/// Stops with an `Error` or warns, in either case with "where: problem".
void handle_bad_row(const std::string& where, const std::string& problem, OnBadRow on_bad_row);

/// What `parse` makes of each of the remaining rows of a LineReader or JsonListReader, at most
/// `limit`. A text that is not UTF-8 or for which `parse` throws an `Error` is a bad row.
template <class Reader, class Parse>
auto read_rows(Reader& reader, OnBadRow on_bad_row, Parse parse, size_t limit = SIZE_MAX) {
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
