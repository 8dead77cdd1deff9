#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/output_file.h"
#include "mola/base/error.h"

namespace mola {

namespace fs = std::filesystem;

void check_output_file(const std::string& path) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fail(path, ": is not a regular file and cannot be replaced");
  }
  const auto folder = fs::absolute(path).parent_path();
  if (!fs::is_directory(folder, ignored)) fail(path, ": ", folder.string(), " is not a folder");
  if (access(folder.c_str(), W_OK) != 0) fail(path, ": ", folder.string(), " is not writable");
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  check_output_file(path);
  // A symbolic link is kept: its target is replaced.
  if (fs::is_symlink(path_) && fs::exists(path_)) path_ = fs::canonical(path_).string();
  temporary_ = path_ + kTemporaryMark + "XXXXXX";
  file_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (file_ < 0) fail(path_, ": cannot be written: ", std::strerror(errno));
  fchmod(file_, 0644);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, size_t size) {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(file_, next, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, ": writing failed: ", std::strerror(errno));
    next += written;
    size -= static_cast<size_t>(written);
  }
}

void AtomicFile::commit() {
  if (fsync(file_) != 0) fail(path_, ": writing failed: ", std::strerror(errno));
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail(path_, ": cannot be moved into place: ", std::strerror(errno));
  }
  close(file_);
  file_ = -1;
  flush_folder(fs::absolute(path_).parent_path().string());
}

void write_file(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

void flush_folder(const std::string& folder) {
  const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  fsync(handle);
  close(handle);
}

}  // namespace mola
