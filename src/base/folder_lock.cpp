#include "base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/file_changes.h"
#include "base/json_file.h"
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

FolderLock::FolderLock(const std::string& folder, const std::string& key) : folder_(folder) {
  const std::string place = key + (key.empty() ? "" : " ") + folder;
  is_new_folder_ = !fs::exists(folder);
  if (const int error = make_folders(folder)) {
    fail(place, ": cannot be created: ", std::strerror(error));
  }
  const std::string path = folder + "/" + kLockFile;
  while (true) {
    if (const int error = open_file(path, O_RDWR, file_)) {
      fail(place, ": cannot be written: ", std::strerror(error));
    }
    const int error = flock(file_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (error == EWOULDBLOCK) {
      const std::string owner = read_file(path);
      close(file_);
      fail(place, ": is in use by process ", owner.empty() ? "(unknown)" : owner,
           "; wait for its end or stop it");
    }
    if (error != 0) {
      log_warning(place + ": cannot be locked (" + std::strerror(error) +
                  "); no second process may write to it");
    }
    if (is_at(file_, path)) break;
    close(file_);
  }
  const std::string owner = name_of_process();
  const int error =
      ftruncate(file_, 0) != 0 ? errno : write_bytes(file_, path, owner.data(), owner.size());
  if (error != 0) {
    close(file_);
    fail(place, ": cannot be written: ", std::strerror(error));
  }
}

FolderLock::~FolderLock() {
  const std::string path = folder_ + "/" + kLockFile;
  if (is_at(file_, path)) remove_all(path);
  close(file_);
  if (is_new_folder_ && is_empty_folder(folder_)) remove_all(folder_);
}

bool is_empty_folder(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(kOwnMark, 0) != 0) return false;
  }
  return !error;
}

}  // namespace mola
