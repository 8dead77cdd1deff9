#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/file_changes.h"
#include "base/output_file.h"
#include "cli/startup.h"
#include "mola/base/error.h"

namespace mola::cli {
namespace {

void check_written(int error, const std::string& path) {
  if (error != 0) fail(path, ": writing failed: ", std::strerror(error));
}

}  // namespace

Output::~Output() {
  if (file_ >= 0) ::close(file_);
}

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
  const std::string path = partial_path();
  if (file_ < 0) check_written(open_file(path, O_WRONLY | O_TRUNC, file_), path);
  check_written(write_bytes(file_, path, line.data(), line.size()), path);
}

void Output::close() {
  if (!has_json_file()) return;
  if (file_ < 0) return write_file(json_path, "");
  check_written(flush_file(file_, partial_path()), partial_path());
  ::close(std::exchange(file_, -1));
  check_written(rename_path(partial_path(), json_path), json_path);
}

}  // namespace mola::cli
