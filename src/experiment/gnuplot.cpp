#include "experiment/gnuplot.h"

#include <cstdio>

#include "mola/io/output_file.h"
#include "mola/log.h"

namespace mola {

void draw(const std::string& path, const std::string& script) {
  write_file(path, script);
  // The script goes through a pipe: a path on a command line would have to be quoted.
  std::FILE* pipe = popen("command -v gnuplot > /dev/null || exit 127; exec gnuplot", "w");
  if (pipe == nullptr) return log_warning(path + ": not drawn, since no process could be started");
  std::fputs(script.c_str(), pipe);
  const int status = pclose(pipe);
  if (status == 0) return;
  log_warning(path + ": not drawn: " +
              (WEXITSTATUS(status) == 127 ? "gnuplot is not installed (package gnuplot-nox)"
                                          : "gnuplot failed, see above"));
}

}  // namespace mola
