#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "base/terminal.h"
#include "mola/base/log.h"

namespace mola {
namespace {

constexpr int64_t kBarWidth = 24;
constexpr std::chrono::milliseconds kRedrawEvery(100);
constexpr std::chrono::seconds kLogEvery(10);

// `line`, truncated to the width of the terminal: a wrapped line could not be overwritten.
std::string fitting(const std::string& line) {
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return line.substr(0, is_known ? size.ws_col - 1 : 79);
}

}  // namespace

std::string duration_text(double seconds) {
  const long long whole = std::llround(seconds);
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  }
  return text;
}

std::string time_left_text(double seconds, int64_t begin, int64_t done, int64_t total) {
  return duration_text(seconds * static_cast<double>(total - done) /
                       static_cast<double>(done - begin));
}

Progress::Progress(std::string what, int64_t total, int64_t begin)
    : what_(std::move(what)), total_(total), begin_(begin) {}

Progress::~Progress() { draw_bar(""); }

void Progress::update(int64_t done, const std::string& state) {
  if (done <= begin_) return;
  const bool is_bar = can_draw_bar();
  const auto now = Clock::now();
  const bool is_first = shown_ == start_;
  if (done < total_ && !(is_bar && is_first) &&
      now - shown_ < (is_bar ? Clock::duration(kRedrawEvery) : Clock::duration(kLogEvery))) {
    return;
  }
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string count = std::to_string(done) + "/" + std::to_string(total_);
  const std::string rest = (state.empty() ? "" : "  " + state) + "  " +
                           time_left_text(seconds, begin_, done, total_) + " left";
  if (!is_bar) return log_info(what_ + " " + count + rest);
  const auto filled = static_cast<size_t>(kBarWidth * done / total_);
  std::string bar(kBarWidth, '.');
  bar.replace(0, filled, filled, '#');
  draw_bar(fitting(what_ + " [" + bar + "] " + count + rest));
}

}  // namespace mola
