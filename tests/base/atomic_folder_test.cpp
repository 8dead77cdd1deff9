#include "base/atomic_folder.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/file_changes.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST(AtomicFolder, AppearsAtItsCommit) {
  const TempFolder folder;
  {
    AtomicFolder output(folder.path("runs/a/"));
    write_file(output.path() + "/x", "1");
    EXPECT_FALSE(fs::exists(folder.path("runs/a")));
    output.commit();
  }
  EXPECT_EQ(folder.read("runs/a/x"), "1");
  EXPECT_EQ(names_in(folder.path("runs")), Names{"a"});
}

TEST(AtomicFolder, ReplacesAnOldOne) {
  const TempFolder folder;
  folder.write("a/x", "old");
  {
    AtomicFolder output(folder.path("a"));
    write_file(output.path() + "/x", "new");
    write_file(output.path() + "/y", "");
    output.commit();
  }
  EXPECT_EQ(folder.read("a/x"), "new");
  EXPECT_EQ(names_in(folder.path("a")), (Names{"x", "y"}));
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(AtomicFolder, KeepsASymbolicLinkAndReplacesItsTarget) {
  const TempFolder folder;
  fs::create_directories(folder.path("disk/target"));
  fs::create_directory_symlink("disk/target", folder.path("link"));
  {
    AtomicFolder output(folder.path("link/"));
    write_file(output.path() + "/x", "new");
    output.commit();
  }
  EXPECT_TRUE(fs::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("disk/target/x"), "new");
  EXPECT_EQ(names_in(folder.path("disk")), Names{"target"});
}

TEST(AtomicFolder, SaysWhatCannotBeReplaced) {
  const auto message = [](const std::string& path) {
    return message_of<Error>([&] { AtomicFolder folder(path); });
  };
  EXPECT_EQ(message("/proc"),
            "/proc: is a mount point, which no other folder can replace; choose a folder in it");
  const TempFolder folder;
  folder.write("a/x", "");
  set_file_fault([](const FileChange&) { return EACCES; });
  EXPECT_EQ(message(folder.path("a")),
            folder.path("a") + ": cannot be replaced: Permission denied");
  EXPECT_EQ(message(folder.path("b")), folder.path("b") + ": cannot be created: Permission denied");
  set_file_fault({});
}

TEST(TryWriting, LeavesNothingBehindNotEvenOfAKilledProcess) {
  const TempFolder folder;
  folder.write("a/.mola.probe.tmp-ih6aoz/file", "");
  folder.write("a/.mola.probe/file", "");
  folder.write("a/x", "");
  try_writing(folder.path("a"));
  EXPECT_EQ(names_in(folder.path("a")), Names{"x"});
  set_file_fault(
      [](const FileChange& change) { return change.kind == FileChange::kWrite ? ENOSPC : 0; });
  EXPECT_THROW(try_writing(folder.path("a")), Error);
  set_file_fault({});
  EXPECT_EQ(names_in(folder.path("a")), Names{"x"});
}

TEST(AtomicFolder, LeavesTheOldOneWithoutACommit) {
  const TempFolder folder;
  folder.write("a/x", "old");
  { write_file(AtomicFolder(folder.path("a")).path() + "/x", "new"); }
  EXPECT_EQ(folder.read("a/x"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(AtomicFolder, RemovesNoOtherFiles) {
  const TempFolder folder;
  folder.write("a/notes.txt", "dear to someone");
  {
    AtomicFolder output(folder.path("a"));
    write_file(output.path() + "/x", "new");
    EXPECT_EQ(
        message_of<Error>([&] { output.commit(); }),
        folder.path("a") + ": contains notes.txt, which would be lost; choose another folder");
  }
  EXPECT_EQ(names_in(folder.path("a")), Names{"notes.txt"});
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(AtomicFolder, RefusesAPlaceThatIsNone) {
  const TempFolder folder;
  const std::string file = folder.write("file", "kept");
  EXPECT_EQ(message_of<Error>([&] { AtomicFolder{file}; }),
            file + ": is a file, expected a folder");
  EXPECT_EQ(message_of<Error>([&] { AtomicFolder(file + "/a"); }),
            file + "/a: cannot be created: Not a directory");
  EXPECT_EQ(folder.read("file"), "kept");
}

}  // namespace
}  // namespace mola
