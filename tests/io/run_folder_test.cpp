#include "io/run_folder.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
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
                  ": already holds files; choose another folder, remove it, or add --resume");
  }
  // There is nothing to resume in a folder that is not a run's.
  EXPECT_EQ(message_of<Error>([&] { check_output_folder(folder.path("a"), "--output"); }),
            "--output " + folder.path("a") + ": already holds files; choose another folder");
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

TEST(RunFolder, IsNoLinkToNothing) {
  const TempFolder folder;
  fs::create_directory_symlink(folder.path("none"), folder.path("link"));
  EXPECT_EQ(message_of<Error>([&] { check_output_folder(folder.path("link"), "--output"); }),
            "--output " + folder.path("link") + ": is a symbolic link to " + folder.path("none") +
                ", which does not exist");
}

TEST(RunFolder, HasANameThatTheSystemTakes) {
  const TempFolder folder;
  const std::string path = folder.path(std::string(300, 'a'));
  EXPECT_EQ(message_of<Error>([&] { make_run_folder(path); }),
            "output.dir " + path + ": cannot be created: File name too long");
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
  EXPECT_EQ(newest_checkpoint(folder.path()), folder.path("checkpoint-1100"));
  remove_old_checkpoints(folder.path(), 2);
  EXPECT_FALSE(fs::exists(folder.path("checkpoint-900")));
  for (const std::string kept : {"checkpoint-1000/x", "checkpoint-1100/x", "adapter/x",
                                 "checkpoint-best/x", "checkpoint-/x", "metrics.jsonl"}) {
    EXPECT_TRUE(fs::exists(folder.path(kept))) << kept;
  }
  remove_old_checkpoints(folder.path(), 3);
  EXPECT_TRUE(fs::exists(folder.path("checkpoint-1000/x")));
}

TEST(RunFolder, LosesWhatAKilledRunWasWriting) {
  const TempFolder folder;
  EXPECT_EQ(newest_checkpoint(folder.path()), "");
  for (const std::string left : {"checkpoint-4.tmp-a1B2c3/x", "metrics.jsonl.tmp-zzzzzz"}) {
    folder.write(left, "");
  }
  for (const std::string kept :
       {"checkpoint-2/x", "best.tmp-a1B2c3d", "metrics.jsonl", "notes.tmp-a1B2c3"}) {
    folder.write(kept, "");
  }
  EXPECT_EQ(newest_checkpoint(folder.path()), folder.path("checkpoint-2"));
  clean_run_folder(folder.path());
  EXPECT_EQ(names_in(folder.path()),
            (std::vector<std::string>{"best.tmp-a1B2c3d", "checkpoint-2", "metrics.jsonl",
                                      "notes.tmp-a1B2c3"}));
}

}  // namespace
}  // namespace mola
