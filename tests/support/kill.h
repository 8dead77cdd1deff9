#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "support/process.h"

namespace mola {

/// Kills `process` once `is_time`, which is asked again and again, or after two minutes. It has to
/// be running still.
inline void kill_when(const Process& process, const std::function<bool()>& is_time) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!is_time() && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.kill();
  const auto result = process.wait();
  ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
}

}  // namespace mola
