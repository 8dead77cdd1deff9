#pragma once

#include <functional>
#include <string>

namespace mola::cli {

/// Writes `message` as one line to standard error, whatever names in files hold, and returns the
/// exit code 1.
int report_error(std::string message);

/// Runs `run` and returns the exit code: 0, 128 and the number of the signal that stopped it, or
/// that of `report_error` for what was thrown.
int run_and_report(const std::function<void()>& run);

/// Throws `Error` if standard output could not be written.
void flush_output();

/// For commands that compute for long. Threads that wait for each other spin, by libgomp's default
/// for about a millisecond: next to a process that takes a core, training took 1.5 times as long as
/// with short spinning, and small models 2 to 20 times. libgomp reads its settings when it is
/// loaded, so the program starts itself again with them. Settings of the user's own are kept.
void spin_shortly(char** argv);

}  // namespace mola::cli
