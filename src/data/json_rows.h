#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mola/data/example.h"
#include "mola/data/task.h"

namespace mola {

/// One row of a JSON data set: an object.
class JsonRow {
 public:
  /// Throws `Error` unless `text` is one JSON object.
  explicit JsonRow(const std::string& text);

  /// The string of `key`. Throws `Error` if it is missing, no string, or blank.
  std::string text(const std::string& key) const;

  /// The same for a key that may be missing, null or empty.
  std::string text_or_empty(const std::string& key) const;

 private:
  nlohmann::json object_;
};

/// The elements of a JSON list, one at a time and as they stand in the file, so that a bad one is a
/// bad row and what follows the last one asked for is never looked at.
class JsonListReader {
 public:
  /// Throws `Error` if `path` cannot be read.
  explicit JsonListReader(const std::string& path);

  /// Goes to the next element; false at the end of the list. Throws `Error` where the list breaks
  /// off or goes on without a comma.
  bool next();

  const std::string& text() const { return text_; }

  /// "path: row 12", counted from 1.
  std::string where() const;

 private:
  void skip_space();
  size_t end_of_element() const;
  [[noreturn]] void refuse(const std::string& expected) const;

  std::string path_;
  std::string file_;
  size_t position_ = 0;
  std::string text_;
  int64_t number_ = 0;
};

/// Reads at most `limit` examples from a JSON list of objects or from JSON lines. A row for which
/// `to_example` throws an `Error` is a bad row.
std::vector<Example> read_json_rows(const std::string& path, OnBadRow on_bad_row, size_t limit,
                                    Example (*to_example)(const JsonRow& row));

/// The file of `split` at `path`: the file itself, or in a folder the one named after the split
/// ("train", "validation", "test") with one of `extensions` (".json"). A lone file is the training
/// split whatever its name. Throws `Error` if there is none.
std::string split_file(const std::string& path, Split split,
                       const std::vector<std::string>& extensions);

}  // namespace mola
