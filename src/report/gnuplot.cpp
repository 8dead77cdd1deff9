#include "report/gnuplot.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/file_changes.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

// `text` as one word of a shell command.
std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// Warns on the first call.
bool has_gnuplot() {
  static const bool is_there = [] {
    if (std::system("command -v gnuplot > /dev/null") == 0) return true;
    log_warning("charts are not rendered, since gnuplot is not installed (package gnuplot-nox)");
    return false;
  }();
  return is_there;
}

}  // namespace

std::string gnuplot_string(const std::string& text) {
  std::string string = "'";
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (c == '\'') {
      string += "'.\"'\".'";  // a doubled quote would end a string that it begins
    } else {
      string += is_control ? ' ' : c;
    }
  }
  return string + "'";
}

bool draw(const std::string& path, const std::string& script, const std::string& output) {
  write_file(path, script);
  if (!has_gnuplot()) return false;
  const auto file = std::filesystem::absolute(path);
  const std::string command = "cd " + shell_word(file.parent_path().string()) + " && gnuplot " +
                              shell_word(file.filename().string());
  if (std::system(command.c_str()) != 0) {
    log_warning(path + ": not rendered, since gnuplot failed, see above");
    return false;
  }
  const auto rendered = (file.parent_path() / output).string();
  if (const int error = flush_written(rendered)) {
    fail(rendered, ": writing failed: ", std::strerror(error));
  }
  return true;
}

}  // namespace mola
