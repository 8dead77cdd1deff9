#include "tasks/text_file.h"

#include <filesystem>

#include "base/input_file.h"
#include "mola/base/error.h"

namespace mola {
namespace fs = std::filesystem;

std::string file_in_folder(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    fail(folder, ": found ", fs::exists(folder, ignored) ? "a file" : "nothing",
         ", expected a folder that holds ", name);
  }
  const fs::path path = fs::path(folder) / name;
  if (!fs::exists(path, ignored)) fail(path.string(), ": no such file, but the task reads it");
  return path.string();
}

LineReader::LineReader(const std::string& path) : path_(path), file_(open_input_file(path)) {}

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

Row PlainReader::row() const {
  if (text().find('\0') != std::string::npos) {
    fail("found a byte 0, expected UTF-8 text; the file may be UTF-16");
  }
  auto row = nlohmann::json::object();
  row["line"] = text();
  return Row(std::move(row));
}

}  // namespace mola
