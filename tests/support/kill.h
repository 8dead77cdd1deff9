#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "support/process.h"

namespace mola {

/// Asks `is_time` again and again until it is true, for two minutes at most.
inline void wait_until(const std::function<bool()>& is_time) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!is_time() && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Kills `process` once `is_time`, which is asked again and again, or after two minutes. It has to
/// be running still.
inline void kill_when(const Process& process, const std::function<bool()>& is_time) {
  wait_until(is_time);
  process.kill();
  const auto result = process.wait();
  ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
}

}  // namespace mola
