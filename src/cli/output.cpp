#include "cli/output.h"

#include <cstdarg>
#include <cstdio>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/output_file.h"
#include "cli/startup.h"
#include "mola/base/error.h"

namespace mola::cli {

namespace fs = std::filesystem;

std::string Output::partial_path() const { return replaced_path(json_path) + ".partial"; }

void Output::lock() {
  if (!has_json_file()) return;
  const fs::path file = replaced_path(json_path);
  const auto name = std::string(kLockFile) + "." + file.filename().string();
  do {
    check_output_file(json_path);
  } while (!lock_.take((file.parent_path() / name).string(), "--json " + json_path));
}

void Output::open() {
  lock();
  if (has_json_file() && fs::exists(partial_path())) {
    fail(partial_path(), ": holds the results of an interrupted command; move or remove it");
  }
}

void Output::print(const char* format, ...) const {
  if (!has_text()) return;
  va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
}

void Output::write(const std::string& text) const {
  if (!has_text()) return;
  std::fwrite(text.data(), 1, text.size(), stdout);
  flush_output();
}

void Output::json_line(const std::string& json) {
  if (!has_json()) return;
  const std::string line = json + (!json.empty() && json.back() == '\n' ? "" : "\n");
  if (!has_json_file()) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    return flush_output();
  }
  if (!file_) file_.emplace(partial_path(), AppendFile::Start::kEmpty, replaced_path(json_path));
  file_->write(line);
}

void Output::close() {
  if (!has_json_file()) return;
  if (!file_) return write_file(json_path, "");
  file_->flush();
  file_.reset();
  move_into_place(partial_path(), replaced_path(json_path));
}

}  // namespace mola::cli
