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
namespace {

// From how many bytes tcmalloc reports an allocation on standard error; 0: never.
constexpr const char* kLargeReports = "TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD";

// How many compiled products oneDNN keeps, by default 1024, of some 0.3 MB each.
constexpr const char* kCompiledProducts = "ONEDNN_PRIMITIVE_CACHE_CAPACITY";

}  // namespace

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
  setenv(kCompiledProducts, "256", /*overwrite=*/0);
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  const bool waits_as_is =
      is_set("GOMP_SPINCOUNT") || is_set("OMP_WAIT_POLICY") || omp_get_max_threads() == 1;
  if (waits_as_is && is_set(kLargeReports)) return;
  if (!waits_as_is) setenv("GOMP_SPINCOUNT", "4000", /*overwrite=*/0);
  setenv(kLargeReports, "0", /*overwrite=*/0);
  execv("/proc/self/exe", argv);  // returns only if it fails; then the run goes on without
}

}  // namespace mola::cli
