#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "faults/commands.h"
#include "faults/in_process.h"
#include "support/process.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// MOLA_KILLS says how often.
int kills() {
  const char* wanted = std::getenv("MOLA_KILLS");
  return wanted == nullptr ? 3 : std::stoi(wanted);
}

class Kills : public testing::TestWithParam<size_t> {};

// At random instants of a run, with SIGKILL; the same command continues it, again and again.
TEST_P(Kills, LoseNothing) {
  const Workplace workplace;
  for (const auto& arguments : workplace.preparations()) {
    ASSERT_EQ(run_here(arguments).exit_code, 0);
  }
  const auto command = workplace.commands()[GetParam()];
  auto arguments = command.arguments;
  const std::string name = arguments[0];
  arguments.erase(arguments.begin());
  const auto start = Clock::now();
  const auto whole = run(name, arguments);
  const std::chrono::duration<double> seconds = Clock::now() - start;
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto expected = files_of(workplace.output());
  fs::remove_all(workplace.path("out"));
  const auto others = files_of(workplace.path());

  if (command.resumes) arguments.emplace_back("--resume");
  std::mt19937 random(std::random_device{}());
  int killed = 0;
  for (int i = 0; killed < kills() && i < 5 * kills(); ++i) {
    const Process process(name, arguments);
    std::this_thread::sleep_for(
        seconds * std::uniform_real_distribution<double>(0.2, 1)(random));  // past the start
    process.kill();
    killed += process.wait().exit_code == 128 + SIGKILL ? 1 : 0;
    const auto result = run(name, arguments);
    // A command that cannot resume refuses its own result.
    const bool was_done =
        !command.resumes && result.err.find("already holds files") != std::string::npos;
    EXPECT_EQ(was_done ? 0 : result.exit_code, 0) << result.err;
    EXPECT_EQ(differences(expected, files_of(workplace.output())), "") << result.err;
    fs::remove_all(workplace.path("out"));
    EXPECT_EQ(differences(others, files_of(workplace.path())), "");
  }
  EXPECT_EQ(killed, kills());
}

INSTANTIATE_TEST_SUITE_P(Commands, Kills, testing::Range<size_t>(0, 8),
                         [](const auto& info) { return Workplace().commands()[info.param].name; });

}  // namespace
}  // namespace mola
