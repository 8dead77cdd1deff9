#include "mola/io/run_folder.h"

#include <gtest/gtest.h>

#include "mola/error.h"
#include "support/as_nobody.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

TEST(RunFolder, IsMadeWithItsParents) {
  const TempFolder folder;
  check_run_folder(folder.path("runs/a"));
  EXPECT_FALSE(fs::exists(folder.path("runs")));
  make_run_folder(folder.path("runs/a"));
  EXPECT_TRUE(fs::is_directory(folder.path("runs/a")));
  EXPECT_NO_THROW(make_run_folder(folder.path("runs/a")));  // still empty
}

TEST(RunFolder, IsNotWrittenOver) {
  const TempFolder folder;
  folder.write("a/metrics.jsonl", "kept");
  for (auto* use : {check_run_folder, make_run_folder}) {
    EXPECT_EQ(message_of<Error>([&] { use(folder.path("a")); }),
              "output.dir " + folder.path("a") +
                  ": already holds files; name another folder, or remove it");
  }
  EXPECT_EQ(folder.read("a/metrics.jsonl"), "kept");
}

TEST(RunFolder, IsNoFileAndNotBelowOne) {
  const TempFolder folder;
  const std::string file = folder.write("file", "kept");
  for (const std::string& path : {file, file + "/a", file + "/a/b"}) {
    EXPECT_EQ(message_of<Error>([&] { check_run_folder(path); }),
              "output.dir " + path + ": " + file + " is a file, expected a folder");
  }
  EXPECT_EQ(folder.read("file"), "kept");
}

TEST(RunFolder, IsWhereOneMayWrite) {
  const TempFolder folder;
  constexpr auto kAllMayRead = static_cast<fs::perms>(0555);
  fs::permissions(folder.path(), kAllMayRead);
  {
    const AsNobody nobody;
    EXPECT_EQ(message_of<Error>([&] { check_run_folder(folder.path("a")); }),
              "output.dir " + folder.path("a") + ": " + folder.path() + " is not writable");
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_NO_THROW(check_run_folder(folder.path("a")));
}

// Where permissions allow it and the system does not.
TEST(RunFolder, SaysWhyItCannotBeMade) {
  EXPECT_EQ(
      message_of<Error>([] { make_run_folder("/proc/mola"); }).find("output.dir /proc/mola: "), 0u);
}

TEST(RunFolder, KeepsTheNewestCheckpoints) {
  const TempFolder folder;
  // By number, not by name: 900 is older than 1000.
  for (const std::string step : {"900", "1000", "1100"})
    folder.write("checkpoint-" + step + "/x", "");
  for (const std::string other :
       {"adapter/x", "checkpoint-best/x", "checkpoint-/x", "metrics.jsonl"}) {
    folder.write(other, "");
  }
  remove_old_checkpoints(folder.path(), 2);
  EXPECT_FALSE(fs::exists(folder.path("checkpoint-900")));
  for (const std::string kept : {"checkpoint-1000/x", "checkpoint-1100/x", "adapter/x",
                                 "checkpoint-best/x", "checkpoint-/x", "metrics.jsonl"}) {
    EXPECT_TRUE(fs::exists(folder.path(kept))) << kept;
  }
  remove_old_checkpoints(folder.path(), 3);
  EXPECT_TRUE(fs::exists(folder.path("checkpoint-1000/x")));
}

}  // namespace
}  // namespace mola
