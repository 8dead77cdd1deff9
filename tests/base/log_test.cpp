#include "mola/base/log.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace mola {
namespace {

using Line = std::pair<LogLevel, std::string>;

// Leaves the log as it found it.
class Log : public testing::Test {
 protected:
  ~Log() override {
    set_log_sink({});
    set_log_quiet(false);
  }

  void collect() {
    set_log_sink(
        [this](LogLevel level, const std::string& text) { lines_.emplace_back(level, text); });
  }

  // What `act` writes to standard error.
  template <class Act>
  static std::string written_by(const Act& act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }

  std::vector<Line> lines_;
};

TEST_F(Log, GoesToTheSinkAlone) {
  collect();
  EXPECT_EQ(written_by([] {
              log_info("one");
              log_warning("two {}");
              log_error("three");
            }),
            "");
  EXPECT_EQ(lines_, (std::vector<Line>{{LogLevel::kInfo, "one"},
                                       {LogLevel::kWarning, "two {}"},
                                       {LogLevel::kError, "three"}}));
}

TEST_F(Log, GoesBackToStandardErrorWithoutASink) {
  collect();
  set_log_sink({});
  const auto text = written_by([] { log_warning("beware"); });
  EXPECT_NE(text.find(" warning beware\n"), std::string::npos) << text;
  EXPECT_TRUE(lines_.empty());
}

TEST_F(Log, IsQuietForASinkToo) {
  collect();
  set_log_quiet(true);
  log_info("one");
  log_warning("two");
  EXPECT_EQ(lines_, (std::vector<Line>{{LogLevel::kWarning, "two"}}));
}

// The sink is not guarded by itself: the library calls it one line at a time.
TEST_F(Log, TakesLinesFromAllThreads) {
  collect();
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < kLines; ++i) log_info(std::to_string(t * kLines + i));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> distinct;
  for (const auto& line : lines_) distinct.insert(line.second);
  EXPECT_EQ(lines_.size(), size_t{kThreads * kLines});
  EXPECT_EQ(distinct.size(), lines_.size());
}

}  // namespace
}  // namespace mola
