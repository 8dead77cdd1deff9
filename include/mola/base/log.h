#pragma once

#include <functional>
#include <string>

namespace mola {

/// The library's log lines, written to standard error unless a sink takes them. May be called from
/// any thread. (They use spdlog, whose headers and torch's cannot share a translation unit, since
/// each has its own version of fmt.)
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

enum class LogLevel { kInfo, kWarning, kError };

/// Takes the log lines of the library, each without time and line break.
using LogSink = std::function<void(LogLevel level, const std::string& message)>;

/// Sends the log lines to `sink` instead of standard error, for a program with a log of its own; an
/// empty function restores standard error. While a sink is set no progress bar is drawn. The sink
/// is called by the thread that logs, one line at a time, and must not log through the library
/// itself. Once this returns, the previous sink is no longer called.
void set_log_sink(LogSink sink);

/// The form of the lines on standard error: kText is "12:30:59 info message", kJson one object
/// {"time", "level", "message"} per line.
enum class LogFormat { kText, kJson };
void set_log_format(LogFormat format);

/// Quiet: only warnings and errors, for standard error and sinks.
void set_log_quiet(bool quiet);

}  // namespace mola
