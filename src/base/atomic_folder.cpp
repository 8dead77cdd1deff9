#include "base/atomic_folder.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/atomic_file.h"
#include "mola/base/error.h"

namespace mola {

namespace fs = std::filesystem;

AtomicFolder::AtomicFolder(const std::string& target)
    : target_(fs::absolute(target).lexically_normal().string()) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  temporary_ = target_ + kTemporaryMark + "XXXXXX";
  std::error_code error;
  if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
    fail(target, ": is a file, expected a folder");
  }
  fs::create_directories(fs::path(target_).parent_path(), error);
  if (error) fail(target, ": cannot be created: ", error.message());
  if (mkdtemp(temporary_.data()) == nullptr) {
    fail(target, ": cannot be created: ", std::strerror(errno));
  }
  fs::permissions(temporary_, fs::perms(0755));
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void AtomicFolder::refuse_to_lose_files() const {
  if (!fs::exists(target_)) return;
  for (const auto& entry : fs::directory_iterator(target_)) {
    const auto name = entry.path().filename();
    if (!fs::exists(fs::path(temporary_) / name)) {
      fail(target_, ": contains ", name.string(), ", which would be lost; choose another folder");
    }
  }
}

void AtomicFolder::commit() {
  refuse_to_lose_files();
  // An existing folder is swapped with the new one and removed under the temporary name.
  const unsigned flags = fs::exists(target_) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), flags) != 0) {
    fail(target_, ": cannot be moved into place: ", std::strerror(errno));
  }
  flush_folder(fs::path(target_).parent_path().string());
}

}  // namespace mola
