#include "experiment/gnuplot.h"

#include <cstdlib>

#include "mola/io/output_file.h"
#include "mola/log.h"

namespace mola {
namespace {

// As one word of a shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace

void draw(const std::string& path, const std::string& script) {
  write_file(path, script);
  if (std::system("command -v gnuplot > /dev/null") != 0) {
    log_warning(path + ": not drawn, since gnuplot is not installed (package gnuplot-nox)");
  } else if (std::system(("gnuplot " + quoted(path)).c_str()) != 0) {
    log_warning(path + ": not drawn, since gnuplot failed, see above");
  }
}

}  // namespace mola
