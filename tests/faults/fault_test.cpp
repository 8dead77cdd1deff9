#include <gtest/gtest.h>

#include "faults/changes.h"
#include "faults/commands.h"
#include "faults/in_process.h"
#include "faults/power_cut.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

// The number of a command, and whether the file system has renames with flags.
class Faults : public testing::TestWithParam<std::tuple<size_t, bool>> {
 protected:
  Faults() {
    for (const auto& arguments : workplace_.preparations()) {
      EXPECT_EQ(run_here(arguments).exit_code, 0);
    }
    command_ = workplace_.commands()[std::get<0>(GetParam())];
    const FaultAt none(0, has_flags_);
    const auto result = run_here(command_.arguments);
    changes_ = none.count();
    EXPECT_EQ(result.exit_code, 0) << (result.errors.empty() ? "" : result.errors[0]);
    expected_ = files_of(workplace_.output());
    fs::remove_all(workplace_.path("out"));
    others_ = files_of(workplace_.path());
  }

  CommandResult again() const {
    auto arguments = command_.arguments;
    if (command_.resumes) arguments.emplace_back("--resume");
    const FaultAt none(0, has_flags_);
    return run_here(arguments);
  }

  // Takes away what a finished training was rescued to.
  void remove_rescued() const {
    if (!fs::exists(workplace_.output())) return;
    std::vector<fs::path> rescued;
    for (const auto& entry : fs::recursive_directory_iterator(workplace_.output())) {
      const auto name = entry.path().filename().string();
      if (has_random_name(name, ".saved-")) rescued.push_back(entry.path());
    }
    for (const auto& path : rescued) {
      const auto saved = files_of(path.string());
      const auto name = path.filename().string();
      const auto whole = path.parent_path() / name.substr(0, name.rfind(".saved-"));
      EXPECT_EQ(differences(saved, files_of(whole.string())), "");
      fs::remove_all(path);
    }
  }

  void expect_the_same_again(const std::string& place) {
    // A command that cannot resume refuses its own result, which may be whole.
    const bool is_whole =
        !command_.resumes && differences(expected_, files_of(workplace_.output())).empty();
    const auto result = is_whole ? CommandResult{0, {}} : again();
    EXPECT_EQ(result.exit_code, 0) << place << (result.errors.empty() ? "" : result.errors[0]);
    remove_rescued();
    EXPECT_EQ(differences(expected_, files_of(workplace_.output())), "") << place;
    if (!is_whole) {
      EXPECT_EQ(names_in(workplace_.path("out")), std::vector<std::string>{"run"}) << place;
    }
    fs::remove_all(workplace_.path("out"));
    EXPECT_EQ(differences(others_, files_of(workplace_.path())), "") << place;
  }

  const bool has_flags_ = std::get<1>(GetParam());
  Workplace workplace_;
  FolderCommand command_;
  int64_t changes_ = 0;
  Files expected_, others_;
};

TEST_P(Faults, OfOneChangeAreReportedAndLoseNothing) {
  ASSERT_GT(changes_, 5);
  const int64_t stride = stride_of(changes_);
  for (int64_t n = 1; n <= changes_; n += stride) {
    std::string place;
    CommandResult result;
    {
      const FaultAt fault(n, has_flags_);
      result = run_here(command_.arguments);
      place = fault.place();
    }
    EXPECT_EQ(result.exit_code, 1) << place;
    const size_t lines = result.errors.size();
    EXPECT_TRUE(lines == 1 || (lines > 1 && command_.reports_runs)) << place << lines << " lines";
    expect_the_same_again(place);
  }
  RecordProperty("changes", static_cast<int>(changes_));
  std::printf("%s: %lld changes, every %lld. failed once\n", command_.name.c_str(),
              static_cast<long long>(changes_), static_cast<long long>(stride));
}

TEST_P(Faults, OfThePowerLoseNothing) {
  const int64_t stride = stride_of(changes_);
  for (int64_t n = 1; n <= changes_; n += stride) {
    PowerCut cut(workplace_.path(), n, has_flags_);
    EXPECT_NE(run_here(command_.arguments).exit_code, 0) << n;
    cut.lose_what_was_not_flushed();
    expect_the_same_again("power cut before change " + std::to_string(n) + ", " + cut.place());
  }
}

std::string name_of(const testing::TestParamInfo<std::tuple<size_t, bool>>& info) {
  return Workplace().commands()[std::get<0>(info.param)].name;
}

INSTANTIATE_TEST_SUITE_P(Commands, Faults,
                         testing::Combine(testing::Range<size_t>(0, 8), testing::Values(true)),
                         name_of);

// One that goes on in its folder, and one that needs a new one.
INSTANTIATE_TEST_SUITE_P(WithoutRenamesThatHaveFlags, Faults,
                         testing::Combine(testing::Values<size_t>(0, 7), testing::Values(false)),
                         name_of);

}  // namespace
}  // namespace mola
