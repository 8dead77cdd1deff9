#include "cli/output.h"

#include <cstdarg>
#include <cstdio>

#include "base/output_file.h"

namespace mola::cli {

void Output::check() const {
  if (has_json() && has_text()) check_output_file(json_path);
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
  std::fflush(stdout);
}

void Output::json_line(const std::string& json) {
  if (!has_json()) return;
  const std::string line = json + (!json.empty() && json.back() == '\n' ? "" : "\n");
  if (has_text()) {
    lines_ += line;
  } else {
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
  }
}

void Output::close() const {
  if (has_json() && has_text()) write_file(json_path, lines_);
}

}  // namespace mola::cli
