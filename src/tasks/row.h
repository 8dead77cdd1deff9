#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mola {

/// One row of a data set, from any kind of file: a JSON object whose keys are the columns. Every
/// getter throws an `Error` with the column if it is missing, has another type or holds an
/// unsupported value, see parquet.h.
class Row {
 public:
  /// Throws `Error` unless `cells` is an object. `path` is put before the names of its columns.
  explicit Row(nlohmann::json cells, std::string path = "");

  /// Whether the column exists and is not null.
  bool has(const std::string& column) const;

  bool is_number(const std::string& column) const;

  /// A non-blank text.
  std::string text(const std::string& column) const;

  /// The same, or an empty text if the column is missing, null or blank.
  std::string text_or_empty(const std::string& column) const;

  /// A whole number, or the text of one.
  int64_t integer(const std::string& column) const;

  /// A text, a number, true or false, as text.
  std::string label(const std::string& column) const;

  /// The second element of the pair whose first is the label.
  std::string choice(const std::string& column,
                     const std::vector<std::pair<std::string, std::string>>& choices) const;

  /// A list of non-blank texts.
  std::vector<std::string> texts(const std::string& column) const;

  Row object(const std::string& column) const;
  std::vector<Row> objects(const std::string& column) const;

  /// Throws "column 'path.column': problem".
  [[noreturn]] void refuse(const std::string& column, const std::string& problem) const;

 private:
  const nlohmann::json* find(const std::string& column) const;
  const nlohmann::json& cell(const std::string& column) const;
  void check_supported(const std::string& column, const nlohmann::json& cell) const;
  std::string text_of(const std::string& column, const nlohmann::json& cell) const;
  const nlohmann::json& list(const std::string& column) const;

  nlohmann::json cells_;
  std::string path_;
};

}  // namespace mola
