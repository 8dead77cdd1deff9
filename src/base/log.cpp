#include "mola/base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/terminal.h"
#include "mola/base/error.h"

namespace mola {
namespace {

constexpr const char* kTextPattern = "%H:%M:%S %^%l%$ %v";

// The message as a JSON string, quotes included.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& buffer) override {
    const std::string text(message.payload.data(), message.payload.size());
    using nlohmann::json;
    const auto quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    buffer.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("mola");
    made->set_pattern(kTextPattern);
    return made;
  }();
  return *instance;
}

// All that follows is read and changed under the mutex.
std::mutex mutex;
LogSink current_sink;
LogFormat current_format = LogFormat::kText;
std::string current_bar;

void draw_bar_locked(const std::string& bar) {
  if (bar.empty() && current_bar.empty()) return;
  std::fprintf(stderr, "\r\x1b[K%s", bar.c_str());
  std::fflush(stderr);
  current_bar = bar;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

// A line takes the place of the bar, which is then drawn again below it.
void write(LogLevel level, const std::string& text) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (!logger().should_log(spdlog_level(level))) return;
  const auto message = on_one_line(text);
  if (current_sink) return current_sink(level, message);
  const auto bar = current_bar;
  draw_bar_locked("");
  logger().log(spdlog_level(level), message);
  draw_bar_locked(bar);
}

}  // namespace

void log_info(const std::string& message) { write(LogLevel::kInfo, message); }
void log_warning(const std::string& message) { write(LogLevel::kWarning, message); }
void log_error(const std::string& message) { write(LogLevel::kError, message); }

void set_log_sink(LogSink sink) {
  const std::lock_guard<std::mutex> lock(mutex);
  draw_bar_locked("");
  std::swap(current_sink, sink);
}

void set_log_format(LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (format == LogFormat::kJson) {
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"time": "%Y-%m-%dT%H:%M:%S%z", "level": "%l", "message": %*})");
  } else {
    formatter->set_pattern(kTextPattern);
  }
  const std::lock_guard<std::mutex> lock(mutex);
  current_format = format;
  logger().set_formatter(std::move(formatter));
}

void set_log_quiet(bool quiet) {
  logger().set_level(quiet ? spdlog::level::warn : spdlog::level::info);
}

bool can_draw_bar() {
  const std::lock_guard<std::mutex> lock(mutex);
  return !current_sink && isatty(STDERR_FILENO) != 0 && current_format == LogFormat::kText &&
         logger().should_log(spdlog::level::info);
}

void draw_bar(const std::string& bar) {
  const std::lock_guard<std::mutex> lock(mutex);
  draw_bar_locked(bar);
}

}  // namespace mola
