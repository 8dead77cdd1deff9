#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mola {

/// Tells on standard error how far long work is: on a terminal a bar that is drawn anew in its
/// line, elsewhere a log line every ten seconds. Log lines written meanwhile stand above the bar.
/// Where logs are quiet (`set_log_quiet`) it
/// shows nothing.
class Progress {
 public:
  /// `what` is being done, in `total` parts, of which `begin` were done before.
  Progress(std::string what, int64_t total, int64_t begin = 0);
  ~Progress();  ///< takes the bar away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` parts are done; `state` is what else there is to say, such as a running score.
  void update(int64_t done, const std::string& state);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  int64_t total_;
  int64_t begin_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

/// How long `total - done` parts will take, given that those from `begin` to `done` took `seconds`.
std::string time_left_text(double seconds, int64_t begin, int64_t done, int64_t total);

/// Seconds as people read them: "0:07", "12:40", "1:02:03".
std::string duration_text(double seconds);

}  // namespace mola
