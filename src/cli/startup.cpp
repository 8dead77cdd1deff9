#include "cli/startup.h"

#include <c10/util/Exception.h>
#include <omp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/stop_signal.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/train/malloc_tuning.h"

namespace mola::cli {

int report_error(std::string message) {
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  log_error(message);
  return 1;
}

int run_and_report(const std::function<void()>& run) {
  try {
    run();
    flush_output();
    return 0;
  } catch (const Stopped& stopped) {
    log_warning(stopped.what());
    return 128 + stop_signal();
  } catch (const c10::Error& error) {
    return report_error(error.what_without_backtrace());  // what() carries a backtrace
  } catch (const std::exception& error) {
    return report_error(error.what());
  }
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  fail("standard output: writing failed", errno == 0 ? "" : ": ",
       errno == 0 ? "" : std::strerror(errno));
}

void prepare_to_compute(char** argv) {
  keep_freed_memory();
  const bool is_set =
      std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
  if (is_set || omp_get_max_threads() == 1) return;
  setenv("GOMP_SPINCOUNT", "4000", /*overwrite=*/0);
  execv("/proc/self/exe", argv);  // returns only if it fails; then the run goes on without
}

}  // namespace mola::cli
