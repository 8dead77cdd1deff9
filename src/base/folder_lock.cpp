#include "base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/file_changes.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

std::string name_of_process() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return std::to_string(getpid()) + " on " + host;
}

// Whether `path` is still the open file: another process may have removed it with its lock.
bool is_at(int file, const std::string& path) {
  struct stat opened {
  }, named{};
  return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::string& folder, const std::string& key)
    : folder_(folder), path_(folder + "/" + kLockFile), is_new_folder_(!fs::exists(folder)) {
  const std::string place = key + (key.empty() ? "" : " ") + folder;
  try {
    while (!try_to_lock(place)) {
    }
    sign(place);
  } catch (...) {
    release();
    throw;
  }
}

FolderLock::~FolderLock() { release(); }

// False if the file was removed meanwhile, with the lock of another process.
bool FolderLock::try_to_lock(const std::string& place) {
  release();
  check_change(make_folders(folder_), place, "cannot be created");
  const int failed = open_file(path_, O_RDWR, file_);
  if (failed == ENOENT) return false;  // the other has removed its new folder
  check_change(failed, place, "cannot be written");
  const int error = flock(file_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  if (!is_at(file_, path_)) return false;
  if (error == EWOULDBLOCK) {
    char owner[300] = "";
    const bool is_signed = pread(file_, owner, sizeof owner - 1, 0) > 0;
    close(std::exchange(file_, -1));  // it is the other's
    fail(place, ": is in use by process ", is_signed ? owner : "(unknown)",
         "; wait for its end or stop it");
  }
  if (error != 0) {
    log_warning(place + ": cannot be locked (" + std::strerror(error) +
                "); no second process may write to it");
  }
  return true;
}

void FolderLock::sign(const std::string& place) const {
  const std::string owner = name_of_process();
  const int error =
      ftruncate(file_, 0) != 0 ? errno : write_bytes(file_, path_, owner.data(), owner.size());
  check_change(error, place, "cannot be written");
}

// The folder is removed only if nothing is in it, of another process neither.
void FolderLock::release() {
  if (file_ < 0) return;
  if (is_at(file_, path_)) remove_all(path_);
  close(std::exchange(file_, -1));
  if (is_new_folder_) remove_empty_folder(folder_);
}

bool is_empty_folder(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(kOwnMark, 0) != 0) return false;
  }
  return !error;
}

}  // namespace mola
