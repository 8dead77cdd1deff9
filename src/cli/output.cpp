#include "cli/output.h"

#include <cstdarg>
#include <cstdio>
#include <filesystem>

#include "base/file_changes.h"
#include "base/output_file.h"
#include "cli/startup.h"
#include "mola/base/error.h"

namespace mola::cli {

void Output::check() const {
  if (!has_json_file()) return;
  check_output_file(json_path);
  if (std::filesystem::exists(partial_path())) {
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
  if (!file_) file_.emplace(partial_path(), AppendFile::Start::kEmpty);
  file_->write(line);
}

void Output::close() {
  if (!has_json_file()) return;
  if (!file_) return write_file(json_path, "");
  file_->flush();
  file_.reset();
  check_change(rename_path(partial_path(), json_path), json_path, "writing failed");
}

}  // namespace mola::cli
