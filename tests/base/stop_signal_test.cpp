#include "base/stop_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace mola {
namespace {

TEST(StopSignals, AskForAStop) {
  for (const auto& [signal, name] : std::vector<std::pair<int, std::string>>{
           {SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}}) {
    EXPECT_EXIT(
        {
          const StopSignals signals;
          std::raise(signal);
          _exit(stop_signal() == signal && stop_signal_name() == name ? 0 : 1);
        },
        testing::ExitedWithCode(0), "")
        << name;
  }
}

TEST(StopSignals, EndTheProcessTheSecondTime) {
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGTERM);
        std::raise(SIGTERM);  // together with the first
        sleep(3);
        std::raise(SIGINT);
        sleep(1);
        _exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(StopSignals, LeaveThemAsTheyWere) {
  EXPECT_EXIT(
      {
        { const StopSignals signals; }
        std::raise(SIGTERM);
        _exit(0);
      },
      testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        const StopSignals signals;
        std::raise(SIGINT);
        _exit(stop_signal() == 0 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(WriteSignals, BecomeErrors) {
  EXPECT_EXIT(
      {
        ignore_write_signals();
        std::raise(SIGPIPE);
        std::raise(SIGXFSZ);
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mola
