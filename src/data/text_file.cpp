#include "data/text_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "mola/log.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

struct CodePoint {
  size_t length;  // bytes, 0 if malformed
  uint32_t value;
};

CodePoint code_point_at(const std::string& text, size_t start) {
  const auto first = static_cast<unsigned char>(text[start]);
  if (first < 0x80) return {1, first};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC0 || first >= 0xF8 || start + length > text.size()) return {0, 0};
  uint32_t value = first & (0x7F >> length);
  for (size_t i = start + 1; i < start + length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {0, 0};
    value = value << 6 | (byte & 0x3F);
  }
  return {length, value};
}

// UTF-8 takes the shortest form, and neither surrogates nor numbers past the last code point.
bool well_formed(const CodePoint& point) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return point.length > 0 && point.value >= kLeast[point.length] && point.value <= 0x10FFFF &&
         (point.value < 0xD800 || point.value > 0xDFFF);
}

}  // namespace

std::string file_in_folder(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    fail(folder, ": found ", fs::exists(folder, ignored) ? "a file" : "nothing",
         ", expected a folder that holds ", name);
  }
  const fs::path path = fs::path(folder) / name;
  if (!fs::exists(path, ignored)) fail(path.string(), ": no such file, the task reads it");
  return path.string();
}

LineReader::LineReader(const std::string& path) : path_(path) {
  // Opening a folder succeeds on Linux; only reading from it fails, which would look like the end.
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) fail(path, ": is a folder, expected a file");
  file_.open(path, std::ios::binary);
  if (!file_) fail(path, ": cannot be read: ", std::strerror(errno));
}

bool LineReader::next() {
  while (std::getline(file_, line_)) {
    ++number_;
    if (number_ == 1 && line_.compare(0, 3, "\xEF\xBB\xBF") == 0) line_.erase(0, 3);
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (line_.find_first_not_of(' ') != std::string::npos) return true;
  }
  if (file_.bad()) fail(path_, ": reading failed after line ", number_);
  return false;
}

std::string LineReader::where() const { return path_ + ":" + std::to_string(number_); }

void check_utf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = code_point_at(text, i);
    if (!well_formed(point)) fail("found broken UTF-8 at byte ", i + 1, ", expected UTF-8 text");
    i += point.length;
  }
}

void handle_bad_row(const std::string& where, const std::string& problem, OnBadRow on_bad_row) {
  const std::string message = where + ": " + problem;
  if (on_bad_row == OnBadRow::kStop) throw Error(message);
  log_warning(message + "; row skipped");
}

}  // namespace mola
