#include "base/stop_signal.h"

#include <ctime>
#include <iterator>

namespace mola {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

constexpr time_t kAtOnce = 1;  // second: `timeout` and process groups send a signal twice

volatile std::sig_atomic_t received = 0;
timespec received_at;  // set before `received`

void receive(int signal) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (received == 0) {
    received_at = now;
    received = signal;
  } else if (now.tv_sec > received_at.tv_sec + kAtOnce) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

StopSignals::StopSignals() {
  struct sigaction action {};
  action.sa_handler = receive;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

int stop_signal() { return received; }

void ignore_write_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

void throw_stopped() {
  throw Stopped("stopped by " + stop_signal_name() + "; add --resume to continue");
}

std::string stop_signal_name() {
  return received == SIGINT    ? "SIGINT"
         : received == SIGTERM ? "SIGTERM"
         : received == SIGHUP  ? "SIGHUP"
                               : "SIGUSR1";
}

}  // namespace mola
