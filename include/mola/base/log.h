#pragma once

#include <string>

namespace mola {

/// The library's log lines, written to standard error. (spdlog stands behind these; its own headers
/// and torch's cannot share a translation unit, since each brings another fmt.)
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

/// kText is "12:30:59 info message", kJson one object {"time", "level", "message"} a line.
enum class LogFormat { kText, kJson };
void set_log_format(LogFormat format);

/// Quiet: warnings and errors alone.
void set_log_quiet(bool quiet);

}  // namespace mola
