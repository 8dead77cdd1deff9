#include "base/folder_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

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

TEST(FolderLock, IsNoFileOfSomeone) {
  const TempFolder folder;
  const FolderLock lock(folder.path("run"));
  EXPECT_TRUE(is_empty_folder(folder.path("run")));
  folder.write("run/file", "");
  EXPECT_FALSE(is_empty_folder(folder.path("run")));
}

}  // namespace
}  // namespace mola
