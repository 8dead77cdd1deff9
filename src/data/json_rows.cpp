#include "data/json_rows.h"

#include <algorithm>
#include <filesystem>

#include "config/json_file.h"
#include "config/nearest.h"
#include "data/text_file.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpace = " \t\r\n";

bool is_list(const std::string& path) {
  LineReader lines(path);
  if (!lines.next()) return false;
  const auto start = lines.text().find_first_not_of(kSpace);
  return start != std::string::npos && lines.text()[start] == '[';
}

template <class Reader>
std::vector<Example> read_with(Reader rows, OnBadRow on_bad_row, size_t limit,
                               Example (*to_example)(const JsonRow& row)) {
  return read_rows(
      rows, on_bad_row, [&](const std::string& text) { return to_example(JsonRow(text)); }, limit);
}

std::vector<std::string> files_in(const std::string& folder,
                                  const std::vector<std::string>& extensions) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension().string();
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) {
      files.push_back(entry.path().string());
    }
  }
  return files;
}

}  // namespace

JsonRow::JsonRow(const std::string& text) : object_(parse_json(text, "row")) {
  if (!object_.is_object()) fail("found ", object_.type_name(), ", expected an object");
}

std::string JsonRow::text(const std::string& key) const {
  if (!object_.contains(key)) fail("key '", key, "' is missing");
  const std::string found = text_or_empty(key);
  if (found.find_first_not_of(kSpace) == std::string::npos) {
    fail("key '", key, "': found no text, expected some");
  }
  return found;
}

std::string JsonRow::text_or_empty(const std::string& key) const {
  const auto found = object_.find(key);
  if (found == object_.end() || found->is_null()) return "";
  if (!found->is_string())
    fail("key '", key, "': found ", found->type_name(), ", expected a string");
  return found->get<std::string>();
}

JsonListReader::JsonListReader(const std::string& path) : path_(path), file_(read_file(path)) {
  if (file_.compare(0, 3, "\xEF\xBB\xBF") == 0) position_ = 3;
  skip_space();
  if (position_ == file_.size() || file_[position_] != '[') refuse("a list");
  ++position_;
}

bool JsonListReader::next() {
  skip_space();
  const bool at_end = position_ < file_.size() && file_[position_] == ']';
  if (at_end) {
    ++position_;
    skip_space();
    if (position_ < file_.size()) refuse("the end of the file");
    position_ = file_.size();
    return false;
  }
  if (number_ > 0) {
    if (position_ == file_.size() || file_[position_] != ',')
      refuse("a comma or the end of the list");
    ++position_;
    skip_space();
  }
  const size_t end = end_of_element();
  text_ = file_.substr(position_, end - position_);
  position_ = end;
  ++number_;
  return true;
}

// Behind the brackets that belong together, or before the next comma or bracket that does not.
size_t JsonListReader::end_of_element() const {
  int64_t depth = 0;
  bool in_string = false;
  for (size_t i = position_; i < file_.size(); ++i) {
    const char c = file_[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return i;
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return i + 1;
  }
  return file_.size();
}

void JsonListReader::skip_space() {
  position_ = std::min(file_.find_first_not_of(kSpace, position_), file_.size());
}

void JsonListReader::refuse(const std::string& expected) const {
  const std::string place = number_ == 0 ? path_ : where();
  const auto found = position_ < file_.size() ? "'" + file_.substr(position_, 1) + "'" : "nothing";
  fail(place, ": found ", found, number_ == 0 ? "" : " after it", ", expected ", expected);
}

std::string JsonListReader::where() const { return path_ + ": row " + std::to_string(number_); }

std::vector<Example> read_json_rows(const std::string& path, OnBadRow on_bad_row, size_t limit,
                                    Example (*to_example)(const JsonRow& row)) {
  return is_list(path) ? read_with(JsonListReader(path), on_bad_row, limit, to_example)
                       : read_with(LineReader(path), on_bad_row, limit, to_example);
}

std::string split_file(const std::string& path, Split split,
                       const std::vector<std::string>& extensions) {
  static const std::vector<std::string> kNames = {"train", "validation", "test"};
  const std::string& name = kNames[static_cast<size_t>(split)];
  std::error_code ignored;
  if (!fs::exists(path, ignored)) fail(path, ": no such file or folder");
  if (!fs::is_directory(path, ignored)) {
    if (split == Split::kTrain) return path;
    fail(path, ": is a file, which is the training split; expected a folder with the split ", name);
  }
  const auto files = files_in(path, extensions);
  for (const auto& extension : extensions) {
    const auto file = (fs::path(path) / (name + extension)).string();
    if (fs::exists(file)) return file;
  }
  if (split == Split::kTrain && files.size() == 1) return files[0];
  fail(path, ": found ", files.size(), " files of ", join(extensions),
       ", expected one of the name ", name);
}

}  // namespace mola
