#include "base/atomic_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/file_changes.h"
#include "base/folder_lock.h"
#include "base/output_file.h"
#include "mola/base/error.h"

namespace mola {

namespace fs = std::filesystem;

namespace {

// NFS, 9p and many FUSE file systems have no renames with flags.
bool is_unsupported(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

bool is_mount_point(const std::string& path) {
  struct statx status {};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_TYPE, &status) != 0) return false;
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace

AtomicFolder::AtomicFolder(const std::string& target)
    : target_(fs::absolute(target).lexically_normal().string()) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  std::error_code error;
  if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
    fail(target, ": is a file, expected a folder");
  }
  target_ = replaced_path(target_);
  if (is_mount_point(target_)) {
    fail(target, ": is a mount point, which no other folder can replace; choose a folder in it");
  }
  check_change(make_folders(fs::path(target_).parent_path().string()), target, "cannot be created");
  restore_replaced(target_);
  int failed = EEXIST;
  while (failed == EEXIST) {
    temporary_ = random_name(target_, kTemporaryMark);
    failed = make_folder(temporary_);
  }
  if (failed != 0) temporary_.clear();
  const bool is_there = fs::exists(target_, error);
  check_change(failed, target, is_there ? "cannot be replaced" : "cannot be created");
}

AtomicFolder::~AtomicFolder() {
  if (!temporary_.empty()) remove_all(temporary_);
}

void AtomicFolder::refuse_to_lose_files() const {
  if (!fs::exists(target_)) return;
  for (const auto& entry : fs::directory_iterator(target_)) {
    const auto name = entry.path().filename();
    if (!fs::exists(fs::path(temporary_) / name) && name.string().rfind(kOwnMark, 0) != 0) {
      fail(target_, ": contains ", name.string(), ", which would be lost; choose another folder");
    }
  }
}

void AtomicFolder::commit() {
  refuse_to_lose_files();
  check_change(flush_folder(temporary_), target_, "writing failed");
  // An existing folder is exchanged for the new one and removed under the temporary name.
  const bool replaces = fs::exists(target_);
  int error = rename_path(temporary_, target_, replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE);
  if (is_unsupported(error)) error = replace_by_renames();
  check_change(error, target_, "cannot be moved into place");
  check_change(flush_folder(fs::path(target_).parent_path().string()), target_, "writing failed");
  discard();  // what was replaced
}

void AtomicFolder::discard() {
  const std::string old = std::exchange(temporary_, "");
  check_change(remove_all(old), old, "cannot be removed");
}

// Leaves the old folder, if there is one, under the name in `temporary_`. A kill between the two
// renames is put right by `restore_replaced`.
int AtomicFolder::replace_by_renames() {
  if (!fs::exists(target_)) return rename_path(temporary_, target_);
  const std::string replaced = random_name(target_, kReplacedMark);
  if (const int error = rename_path(target_, replaced)) return error;
  if (const int error = rename_path(temporary_, target_)) {
    rename_path(replaced, target_);
    return error;
  }
  temporary_ = replaced;
  return 0;
}

void restore_replaced(const std::string& target) {
  const fs::path place = fs::absolute(target).lexically_normal();
  const std::string begin = place.filename().string() + kReplacedMark;
  std::error_code ignored;
  if (fs::exists(place, ignored)) return;
  for (const auto& entry : fs::directory_iterator(place.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(begin, 0) != 0 || !has_random_name(name, kReplacedMark)) continue;
    check_change(rename_path(entry.path().string(), place.string()), target,
                 "cannot be moved back");
    return;
  }
}

void try_writing(const std::string& path) {
  const std::string name = std::string(kOwnMark) + "probe";
  std::vector<std::string> left;  // by killed processes
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().filename().string().rfind(name, 0) == 0) left.push_back(entry.path().string());
  }
  for (const auto& old : left) check_change(remove_all(old), old, "cannot be removed");
  const std::string probe = path + "/" + name;
  AtomicFolder folder(probe);
  write_file(folder.path() + "/file", std::string(4096, ' '));
  folder.commit();
  check_change(remove_all(probe), probe, "cannot be removed");
}

}  // namespace mola
