#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mola {

/// Reports the progress of long work on standard error: on a terminal a bar that is redrawn in
/// place, elsewhere a log line every ten seconds. Log lines appear above the bar. Shows nothing if
/// logs are quiet (`set_log_quiet`).
class Progress {
 public:
  /// `what` is the work, of `total` parts, of which `begin` are already done.
  Progress(std::string what, int64_t total, int64_t begin = 0);
  ~Progress();  ///< removes the bar
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` parts are done; `state` is further text, such as a running score.
  void update(int64_t done, const std::string& state);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  int64_t total_;
  int64_t begin_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

/// The time left for `total - done` parts if those from `begin` to `done` took `seconds`.
std::string time_left_text(double seconds, int64_t begin, int64_t done, int64_t total);

/// Seconds in readable form: "0:07", "12:40", "1:02:03".
std::string duration_text(double seconds);

}  // namespace mola
