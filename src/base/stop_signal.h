#pragma once

#include <csignal>
#include <exception>
#include <string>
#include <utility>

namespace mola {

/// While it lives, SIGINT, SIGTERM, SIGHUP (of a closed terminal) and SIGUSR1 (which Slurm sends
/// before a job's end) ask for a stop rather than end the process; a second signal, a second or two
/// later, ends it at once. A signal that was ignored stays so.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  struct sigaction before_[4];
};

/// The signal that asked for a stop; 0 if none has.
int stop_signal();
inline bool is_stop_requested() { return stop_signal() != 0; }

/// Makes SIGPIPE and SIGXFSZ errors of the write that caused them.
void ignore_write_signals();

/// Ends work that a signal stopped, once what is done is saved. It is no `Error`: nothing failed.
class Stopped : public std::exception {
 public:
  /// `message` says where the work stands and how to continue.
  explicit Stopped(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// "SIGTERM"
std::string stop_signal_name();

/// Throws `Stopped` for work that --resume continues.
[[noreturn]] void throw_stopped();

}  // namespace mola
