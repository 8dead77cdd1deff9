#pragma once

#include <cstdint>
#include <string>

#include "base/input_file.h"
#include "tasks/parquet.h"
#include "tasks/row_reader.h"

namespace mola {

/// The rows of a Parquet file. The text of each is a JSON object of its columns.
class ParquetReader : public RowReader {
 public:
  /// Throws `Error` as `check_input_file` and `open_parquet_rows` do.
  explicit ParquetReader(const std::string& path) : path_(path) {
    check_input_file(path);
    rows_ = open_parquet_rows(path);
  }

  bool next() override {
    ++number_;
    return rows_(text_);
  }

  const std::string& text() const override { return text_; }

  std::string where() const override { return path_ + ": row " + std::to_string(number_); }

 private:
  std::string path_;
  ParquetRows rows_;
  int64_t number_ = 0;
  std::string text_;
};

}  // namespace mola
