#include "base/file_changes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/atomic_folder.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

int mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777U) : -1;
}

// Makes renames with flags fail, as NFS does, and the others up to `plain`.
class RenameFaults {
 public:
  explicit RenameFaults(int plain = 100) : plain_(plain) {
    set_file_fault([this](const FileChange& change) {
      if (change.kind != FileChange::kRename) return 0;
      if (change.has_flags) return EINVAL;
      return plain_-- > 0 ? 0 : EIO;
    });
  }
  ~RenameFaults() { set_file_fault({}); }
  RenameFaults(const RenameFaults&) = delete;
  RenameFaults& operator=(const RenameFaults&) = delete;

 private:
  int plain_;
};

void write_folder(const std::string& path, const std::string& text) {
  AtomicFolder output(path);
  write_file(output.path() + "/x", text);
  output.commit();
}

TEST(FileChanges, FollowTheUmask) {
  const TempFolder folder;
  for (const auto& [mask, file, directory] :
       std::vector<std::tuple<mode_t, int, int>>{{077, 0600, 0700}, {002, 0664, 0775}}) {
    const auto before = umask(mask);
    const auto name = folder.path(std::to_string(mask));
    write_folder(name, "");
    umask(before);
    EXPECT_EQ(mode_of(name), directory);
    EXPECT_EQ(mode_of(name + "/x"), file);
  }
}

TEST(FileChanges, KeepTheModeOfAReplacedFile) {
  const TempFolder folder;
  const auto path = folder.write("secret", "old");
  fs::permissions(path, static_cast<fs::perms>(0640));
  write_file(path, "new");
  EXPECT_EQ(folder.read("secret"), "new");
  EXPECT_EQ(mode_of(path), 0640);
}

TEST(FileChanges, LeaveTheOldFileIfTheNewOneCannotGetItsMode) {
  const TempFolder folder;
  const auto path = folder.write("secret", "old");
  fs::permissions(path, static_cast<fs::perms>(0640));
  set_file_fault(
      [](const FileChange& change) { return change.kind == FileChange::kSetMode ? EPERM : 0; });
  const auto message = message_of<Error>([&] { write_file(path, "new"); });
  set_file_fault({});
  EXPECT_EQ(message, path + ": its permissions cannot be set: Operation not permitted");
  EXPECT_EQ(folder.read("secret"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"secret"});
}

TEST(FileChanges, ReplaceFoldersWithoutRenamesThatHaveFlags) {
  const TempFolder folder;
  const RenameFaults faults;
  write_folder(folder.path("a"), "old");
  EXPECT_EQ(folder.read("a/x"), "old");
  write_folder(folder.path("a"), "new");
  EXPECT_EQ(folder.read("a/x"), "new");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(FileChanges, KeepTheOldFolderIfTheNewOneCannotTakeItsPlace) {
  const TempFolder folder;
  write_folder(folder.path("a"), "old");
  // The file, then the old folder out of the way, then no more.
  const RenameFaults faults(2);
  const auto message = message_of<Error>([&] { write_folder(folder.path("a"), "new"); });
  EXPECT_EQ(message, folder.path("a") + ": cannot be moved into place: Input/output error");
  set_file_fault({});
  restore_replaced(folder.path("a"));
  EXPECT_EQ(folder.read("a/x"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(FileChanges, ReportWhatFails) {
  const TempFolder folder;
  const auto fail_at = [](FileChange::Kind kind) {
    set_file_fault([=](const FileChange& change) { return change.kind == kind ? ENOSPC : 0; });
  };
  const auto message = [&] {
    const auto text = message_of<Error>([&] { write_file(folder.path("a"), "text"); });
    set_file_fault({});
    return text;
  };
  fail_at(FileChange::kOpen);
  EXPECT_EQ(message(), folder.path("a") + ": cannot be written: No space left on device");
  for (const auto kind : {FileChange::kWrite, FileChange::kFlushFile}) {
    fail_at(kind);
    EXPECT_EQ(message(), folder.path("a") + ": writing failed: No space left on device");
  }
  fail_at(FileChange::kRename);
  EXPECT_EQ(message(), folder.path("a") + ": cannot be moved into place: No space left on device");
  EXPECT_EQ(names_in(folder.path()), Names());
}

TEST(FileChanges, FollowNoLinkWhenTheyRemove) {
  const TempFolder folder;
  folder.write("mine/file", "kept");
  folder.write("a/b/file", "");
  fs::create_directory_symlink(folder.path("mine"), folder.path("a/link"));
  EXPECT_EQ(remove_all(folder.path("a")), 0);
  EXPECT_EQ(remove_all(folder.path("a")), 0);
  EXPECT_EQ(names_in(folder.path()), Names{"mine"});
  EXPECT_EQ(folder.read("mine/file"), "kept");
}

TEST(FileChanges, HaveRandomNames) {
  const auto name = random_name("a", ".tmp-");
  EXPECT_EQ(name.size(), 12u);
  EXPECT_TRUE(has_random_name(name, ".tmp-"));
  EXPECT_NE(name, random_name("a", ".tmp-"));
  EXPECT_FALSE(has_random_name("a.tmp-12345", ".tmp-"));
  EXPECT_FALSE(has_random_name("a", ".tmp-"));
}

}  // namespace
}  // namespace mola
