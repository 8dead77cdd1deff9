#include "tasks/json_elements.h"

#include <algorithm>

#include "base/excerpt.h"
#include "base/json_file.h"

namespace mola {
namespace {

constexpr const char* kSpace = " \t\r\n";

}  // namespace

JsonElementReader::JsonElementReader(const std::string& path, Outermost outermost)
    : path_(path), file_(read_file(path)), outermost_(outermost) {
  if (file_.compare(0, 3, "\xEF\xBB\xBF") == 0) position_ = 3;
  skip_space();
  if (outermost == Outermost::kList) {
    expect('[', "a list");
  } else {
    expect('{', "an object");
  }
}

bool JsonElementReader::next() {
  skip_space();
  const char end = outermost_ == Outermost::kList ? ']' : '}';
  if (position_ < file_.size() && file_[position_] == end) {
    ++position_;
    skip_space();
    if (position_ < file_.size()) refuse("the end of the file");
    return false;
  }
  if (number_ > 0) expect(',', "a comma or its end");
  if (outermost_ == Outermost::kObject) {
    const auto name = take_element();
    const bool is_name = name.size() >= 2 && name.front() == '"' && name.back() == '"';
    key_ = is_name ? name.substr(1, name.size() - 2) : name;
    expect(':', "a colon");
  }
  text_ = take_element();
  ++number_;
  return true;
}

std::string JsonElementReader::take_element() {
  skip_space();
  const size_t begin = position_;
  position_ = end_of_element();
  return file_.substr(begin, position_ - begin);
}

// The end of matching brackets or quotation marks, or of a bare word.
size_t JsonElementReader::end_of_element() const {
  int64_t depth = 0;
  bool in_string = false;
  for (size_t i = position_; i < file_.size(); ++i) {
    const char c = file_[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c != '"') continue;
      in_string = false;
      if (depth == 0) return i + 1;
      continue;
    }
    if (depth == 0 && (c == ',' || c == ':' || c == ']' || c == '}')) return i;
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return i + 1;
  }
  return file_.size();
}

void JsonElementReader::skip_space() {
  position_ = std::min(file_.find_first_not_of(kSpace, position_), file_.size());
}

void JsonElementReader::expect(char c, const std::string& expected) {
  skip_space();
  if (position_ == file_.size() || file_[position_] != c) refuse(expected);
  ++position_;
}

void JsonElementReader::refuse(const std::string& expected) const {
  const auto found = position_ < file_.size() ? "'" + file_.substr(position_, 1) + "'" : "nothing";
  const std::string place = number_ == 0 ? path_ : where();
  fail(place, ": found ", found, number_ == 0 ? "" : " after it", ", expected ", expected);
}

std::string JsonElementReader::where() const {
  return path_ + ": row " +
         (outermost_ == Outermost::kList ? std::to_string(number_) : "'" + excerpt(key_) + "'");
}

}  // namespace mola
