// Faults of commands with --json FILE, where FILE holds an old result.
#include <gtest/gtest.h>

#include "faults/changes.h"
#include "faults/commands.h"
#include "faults/in_process.h"
#include "faults/power_cut.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

class JsonFaults : public testing::TestWithParam<size_t> {
 protected:
  JsonFaults() {
    begin();
    const FaultAt none(0);
    EXPECT_EQ(run_here(arguments_).exit_code, 0);
    changes_ = none.count();
    expected_ = now();
    EXPECT_NE(expected_, kOld);
  }

  void begin() const {
    fs::remove_all(workplace_.path("out"));
    workplace_.folder().write("out/result.json", kOld);
  }

  std::string now() const { return workplace_.folder().read("out/result.json"); }

  // The command, after which FILE has its old result or the new one.
  CommandResult run_once(const std::vector<std::string>& arguments) const {
    const auto result = run_here(arguments);
    EXPECT_TRUE(now() == kOld || now() == expected_) << now();
    return result;
  }

  std::vector<std::string> again() const {
    auto arguments = arguments_;
    if (resumes_) arguments.emplace_back("--resume");
    return arguments;
  }

  // A command that cannot resume leaves what it has for its user.
  void take_partial(const std::string& place) const {
    const std::string name = "out/result.json.partial";
    if (resumes_ || !fs::exists(workplace_.path(name))) return;
    const auto partial = workplace_.folder().read(name);
    EXPECT_EQ(partial, expected_.substr(0, partial.size())) << place;
    fs::remove(workplace_.path(name));
  }

  void expect_the_same_again(const std::string& place) const {
    take_partial(place);
    const auto result = run_here(again());
    EXPECT_EQ(result.exit_code, 0) << place << (result.errors.empty() ? "" : result.errors[0]);
    EXPECT_EQ(now(), expected_) << place;
    EXPECT_EQ(names_in(workplace_.path("out")), std::vector<std::string>{"result.json"}) << place;
  }

  // From `start` on, every change fails once.
  template <class Start>
  void expect_no_loss(const std::vector<std::string>& arguments, int64_t changes, Start start) {
    ASSERT_GT(changes, 8);
    for (int64_t n = 1; n <= changes; n += stride_of(changes)) {
      start();
      std::string place;
      CommandResult result;
      {
        const FaultAt fault(n);
        result = run_once(arguments);
        place = fault.place();
      }
      EXPECT_EQ(result.exit_code, 1) << place;
      EXPECT_EQ(result.errors.size(), 1u) << place;
      expect_the_same_again(place);
    }
  }

  const std::string kOld = "an old result\n";
  Workplace workplace_;
  const std::vector<std::string> arguments_ = workplace_.json_commands()[GetParam()];
  const bool resumes_ = arguments_[0] == "evaluate";
  int64_t changes_ = 0;
  std::string expected_;
};

TEST_P(JsonFaults, OfOneChangeAreReportedAndLoseNothing) {
  expect_no_loss(arguments_, changes_, [&] { begin(); });
}

// With the first row done.
TEST_P(JsonFaults, OfOneChangeWhileItResumesLoseNothing) {
  if (!resumes_) return;
  const auto interrupt = [&] {
    begin();
    int writes = 0;
    set_file_fault([&](const FileChange& change) {
      const bool is_row = change.kind == FileChange::kWrite && !is_lock(change.path);
      return is_row && ++writes == 3 ? EIO : 0;  // after the line of the evaluation and a row
    });
    EXPECT_EQ(run_once(arguments_).exit_code, 1);
    set_file_fault({});
  };
  interrupt();
  int64_t changes = 0;
  {
    const FaultAt none(0);
    EXPECT_EQ(run_once(again()).exit_code, 0);
    changes = none.count();
  }
  expect_no_loss(again(), changes, interrupt);
}

TEST_P(JsonFaults, OfThePowerLoseNothing) {
  for (int64_t n = 1; n <= changes_; n += stride_of(changes_)) {
    begin();
    PowerCut cut(workplace_.path(), n);
    EXPECT_NE(run_once(arguments_).exit_code, 0) << n;
    cut.lose_what_was_not_flushed();
    EXPECT_TRUE(now() == kOld || now() == expected_) << now();
    expect_the_same_again("power cut before change " + std::to_string(n) + ", " + cut.place());
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, JsonFaults, testing::Range<size_t>(0, 2), [](const auto& info) {
  return Workplace().json_commands()[info.param][0];
});

}  // namespace
}  // namespace mola
