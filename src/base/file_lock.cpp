#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file_changes.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

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

bool FileLock::take(const std::string& path, const std::string& place) {
  release();
  path_ = path;
  const int failed = open_file(path_, O_RDWR, file_);
  if (failed == ENOENT) return false;  // another process has removed its new folder
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
  const int not_signed = sign();
  if (not_signed != 0) release();
  check_change(not_signed, place, "cannot be written");
  return true;
}

int FileLock::sign() const {
  if (const int error = empty_file(file_, path_)) return error;
  const std::string owner = name_of_process();
  return write_bytes(file_, path_, owner.data(), owner.size());
}

void FileLock::release() {
  if (file_ < 0) return;
  if (is_at(file_, path_)) remove_all(path_);
  close(std::exchange(file_, -1));
}

}  // namespace mola
