#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "tasks/row_reader.h"

namespace mola {

/// The path of `name` in `folder`. Throws `Error` if it does not exist.
std::string file_in_folder(const std::string& folder, const std::string& name);

/// The lines of a text file without line end (LF or CRLF) and byte order mark. Blank lines are
/// skipped. As rows they are JSON lines: an object each.
class LineReader : public RowReader {
 public:
  /// Throws `Error` if `path` cannot be read.
  explicit LineReader(const std::string& path);

  bool next() override;
  const std::string& text() const override { return line_; }
  std::string where() const override;

 private:
  std::string path_;
  std::ifstream file_;
  std::string line_;
  int64_t number_ = 0;
};

/// The lines of plain text. The row of a line has the one column "line".
class PlainReader : public LineReader {
 public:
  using LineReader::LineReader;
  Row row() const override;
};

}  // namespace mola
