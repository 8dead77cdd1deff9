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

/// For commands that compute for long, before they do. Settings of the user's own are kept.
///
/// - Freed memory is kept for the next step.
/// - Threads that wait for each other spin for a fifth of a millisecond, not for many as libgomp's
///   do by default: next to a process that takes a core, that is up to 1.5 times as fast, and small
///   models up to 20 times; alone, a tenth slower. Sleeping sooner is slower alone, where a step
///   has few tokens.
/// - oneDNN keeps 256 compiled products: those of 30 layers for two or three numbers of tokens.
///   With more, memory grows for longer while new lengths come, and steps are no faster.
/// - tcmalloc does not report allocations of a gigabyte.
///
/// libgomp and tcmalloc read their settings when they are loaded, so the program starts itself
/// again with them.
void prepare_to_compute(char** argv);

}  // namespace mola::cli
