#pragma once

#include <cstdint>
#include <string>

#include "tasks/row_reader.h"

namespace mola {

/// The elements of a JSON list, or of an object such as ScienceQA's problems.json, as in the file.
class JsonElementReader : public RowReader {
 public:
  enum class Outermost { kList, kObject };

  /// Throws `Error` if `path` cannot be read or does not begin with the bracket.
  JsonElementReader(const std::string& path, Outermost outermost);

  /// Throws `Error` if the file is truncated or a comma is missing.
  bool next() override;
  const std::string& text() const override { return text_; }
  std::string where() const override;

  /// The element's name in an object, empty in a list.
  const std::string& key() const { return key_; }

 private:
  void skip_space();
  void expect(char c, const std::string& expected);
  std::string take_element();
  size_t end_of_element() const;
  [[noreturn]] void refuse(const std::string& expected) const;

  std::string path_;
  std::string file_;
  Outermost outermost_;
  size_t position_ = 0;
  std::string key_;
  std::string text_;
  int64_t number_ = 0;
};

}  // namespace mola
