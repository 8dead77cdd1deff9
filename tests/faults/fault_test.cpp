#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>

#include "base/file_changes.h"
#include "faults/commands.h"
#include "faults/in_process.h"
#include "faults/power_cut.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

// A lock that cannot be removed is no error: the next process takes it over.
bool is_unlock(const FileChange& change) {
  return change.kind == FileChange::kRemove && fs::path(change.path).filename() == kLockFile;
}

// With MOLA_FAULTS=all every change fails once, otherwise some ten of each command.
int64_t stride_of(int64_t changes) {
  const char* wanted = std::getenv("MOLA_FAULTS");
  const bool is_all = wanted != nullptr && std::string(wanted) == "all";
  return is_all ? 1 : changes / 10 + 1;
}

class Faults : public testing::TestWithParam<size_t> {
 protected:
  Faults() {
    for (const auto& arguments : workplace_.preparations()) {
      EXPECT_EQ(run_here(arguments).exit_code, 0);
    }
    command_ = workplace_.commands()[GetParam()];
    set_file_fault([&](const FileChange& change) {
      if (!is_unlock(change)) ++changes_;
      return 0;
    });
    const auto result = run_here(command_.arguments);
    set_file_fault({});
    EXPECT_EQ(result.exit_code, 0) << (result.errors.empty() ? "" : result.errors[0]);
    expected_ = files_of(workplace_.output());
    fs::remove_all(workplace_.path("out"));
    others_ = files_of(workplace_.path());
  }

  CommandResult again() const {
    auto arguments = command_.arguments;
    if (command_.resumes) arguments.emplace_back("--resume");
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
    fs::remove_all(workplace_.path("out"));
    EXPECT_EQ(differences(others_, files_of(workplace_.path())), "") << place;
  }

  Workplace workplace_;
  FolderCommand command_;
  int64_t changes_ = 0;
  Files expected_, others_;
};

TEST_P(Faults, OfOneChangeAreReportedAndLoseNothing) {
  ASSERT_GT(changes_, 5);
  const int64_t stride = stride_of(changes_);
  for (int64_t n = 1; n <= changes_; n += stride) {
    int64_t count = 0;
    std::string place;
    set_file_fault([&](const FileChange& change) {
      if (is_unlock(change) || ++count != n) return 0;
      place = "change " + std::to_string(n) + " of kind " + std::to_string(change.kind) + ": " +
              change.path + " ";
      return n % 2 == 0 ? ENOSPC : EIO;
    });
    const auto result = run_here(command_.arguments);
    set_file_fault({});
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
    PowerCut cut(workplace_.path(), n);
    EXPECT_NE(run_here(command_.arguments).exit_code, 0) << n;
    cut.lose_what_was_not_flushed();
    expect_the_same_again("power cut before change " + std::to_string(n) + ", " + cut.place());
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, Faults, testing::Range<size_t>(0, 7),
                         [](const auto& info) { return Workplace().commands()[info.param].name; });

}  // namespace
}  // namespace mola
