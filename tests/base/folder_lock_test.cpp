#include "base/folder_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/file_changes.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

TEST(FolderLock, KeepsOthersOut) {
  const TempFolder folder;
  std::optional<FolderLock> lock(std::in_place, folder.path("run"));
  const auto message = message_of<Error>([&] { FolderLock(folder.path("run"), "output.dir"); });
  EXPECT_EQ(message.find("output.dir " + folder.path("run") + ": is in use by process " +
                         std::to_string(getpid()) + " on "),
            0u)
      << message;
  folder.write("run/file", "kept");
  lock.reset();
  EXPECT_EQ(names_in(folder.path("run")), std::vector<std::string>{"file"});
  EXPECT_NO_THROW(FolderLock(folder.path("run")));
}

TEST(FolderLock, TakesOverThatOfAProcessThatWasKilled) {
  const TempFolder folder;
  folder.write("run/" + std::string(kLockFile), "1 on elsewhere");
  EXPECT_NO_THROW(FolderLock(folder.path("run")));
}

TEST(FolderLock, RemovesANewFolderThatStaysEmpty) {
  const TempFolder folder;
  { const FolderLock lock(folder.path("new")); }
  EXPECT_FALSE(fs::exists(folder.path("new")));
  fs::create_directory(folder.path("old"));
  { const FolderLock lock(folder.path("old")); }
  EXPECT_TRUE(fs::exists(folder.path("old")));
}

TEST(FolderLock, IsThePlaceThatAPathWithDotsNames) {
  const TempFolder folder;
  { const FolderLock lock(folder.path("none/../new")); }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});
  EXPECT_THROW(FolderLock(folder.path(std::string(300, 'a'))), Error);
}

TEST(FolderLock, IsNoFileOfSomeone) {
  const TempFolder folder;
  const FolderLock lock(folder.path("run"));
  EXPECT_TRUE(is_empty_folder(folder.path("run")));
  folder.write("run/file", "");
  EXPECT_FALSE(is_empty_folder(folder.path("run")));
}

TEST(FileLock, KeepsOthersFromAFile) {
  const TempFolder folder;
  const auto path = folder.path("lock");
  std::optional<FileLock> lock(std::in_place);
  EXPECT_TRUE(lock->take(path, "a"));
  FileLock other;
  const auto message = message_of<Error>([&] { other.take(path, "--json a"); });
  EXPECT_EQ(message.find("--json a: is in use by process " + std::to_string(getpid()) + " on "), 0u)
      << message;
  lock.reset();
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(other.take(path, "--json a"));
  EXPECT_FALSE(FileLock().take(folder.path("none/lock"), "a"));
}

TEST(FileLock, LeavesNothingIfItCannotBeSigned) {
  const TempFolder folder;
  for (const auto kind : {FileChange::kOpen, FileChange::kTruncate, FileChange::kWrite}) {
    set_file_fault([=](const FileChange& change) { return change.kind == kind ? ENOSPC : 0; });
    FileLock lock;
    const auto message = message_of<Error>([&] { lock.take(folder.path("lock"), "a"); });
    set_file_fault({});
    EXPECT_EQ(message, "a: cannot be written: No space left on device");
    EXPECT_TRUE(names_in(folder.path()).empty());
  }
}

}  // namespace
}  // namespace mola
