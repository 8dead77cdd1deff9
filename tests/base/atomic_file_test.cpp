#include "base/atomic_file.h"

#include <gtest/gtest.h>

#include "base/output_file.h"
#include "mola/base/error.h"
#include "support/as_nobody.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST(AtomicFile, AppearsAtItsCommit) {
  const TempFolder folder;
  {
    AtomicFile file(folder.path("a"));
    file.write("one", 3);
    file.write(" two", 4);
    EXPECT_FALSE(fs::exists(folder.path("a")));
    file.commit();
  }
  EXPECT_EQ(folder.read("a"), "one two");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(AtomicFile, LeavesTheOldOneWithoutACommit) {
  const TempFolder folder;
  folder.write("a", "old");
  { AtomicFile(folder.path("a")).write("new", 3); }
  EXPECT_EQ(folder.read("a"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
  write_file(folder.path("a"), "new");
  EXPECT_EQ(folder.read("a"), "new");
}

TEST(AtomicFile, ReplacesWhatALinkPointsTo) {
  const TempFolder folder;
  folder.write("far/a", "old");
  fs::create_symlink(folder.path("far/a"), folder.path("link"));
  write_file(folder.path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("far/a"), "new");
}

TEST(AtomicFile, TakesThePlaceOfALinkWithoutATarget) {
  const TempFolder folder;
  fs::create_symlink(folder.path("none"), folder.path("link"));
  EXPECT_EQ(replaced_path(folder.path("link")), folder.path("link"));
  write_file(folder.path("link"), "new");
  EXPECT_FALSE(fs::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("link"), "new");
}

TEST(OutputFile, IsNewOrReplacesAFile) {
  const TempFolder folder;
  check_output_file(folder.path("new"));
  EXPECT_TRUE(names_in(folder.path()).empty());
  check_output_file(folder.write("old", "kept"));
  EXPECT_EQ(folder.read("old"), "kept");
}

TEST(OutputFile, NeedsAFolderWhereOneMayWrite) {
  const TempFolder folder;
  const std::string file = folder.write("file", "kept");
  const auto message = [](const std::string& path) {
    return message_of<Error>([&] { check_output_file(path); });
  };
  EXPECT_EQ(message(file + "/a"), file + "/a: " + file + " is not a folder");
  EXPECT_EQ(message(folder.path("none/a")),
            folder.path("none/a") + ": " + folder.path("none") + " is not a folder");
  EXPECT_EQ(message(folder.path()),
            folder.path() + ": is not a regular file and cannot be replaced");
  const TempFolder other;
  fs::permissions(other.path(), fs::perms::all);
  fs::create_symlink(file, other.path("link"));
  fs::permissions(folder.path(), static_cast<fs::perms>(0555));
  {
    const AsNobody nobody;
    EXPECT_EQ(message(folder.path("a")),
              folder.path("a") + ": " + folder.path() + " is not writable");
    // Where its target is.
    EXPECT_EQ(message(other.path("link")),
              other.path("link") + ": " + folder.path() + " is not writable");
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace mola
