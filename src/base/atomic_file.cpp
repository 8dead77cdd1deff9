#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/file_changes.h"
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
  int error = EEXIST;
  while (error == EEXIST) {
    temporary_ = random_name(path_, kTemporaryMark);
    error = open_file(temporary_, O_WRONLY | O_EXCL, file_);
  }
  check_change(error, path_, "cannot be written");
  struct stat replaced {};
  if (stat(path_.c_str(), &replaced) == 0) fchmod(file_, replaced.st_mode & 07777U);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close(file_);
  remove_all(temporary_);
}

void AtomicFile::write(const void* bytes, size_t size) {
  check_change(write_bytes(file_, path_, bytes, size), path_, "writing failed");
}

void AtomicFile::commit() {
  check_change(flush_file(file_, temporary_), path_, "writing failed");
  check_change(rename_path(temporary_, path_), path_, "cannot be moved into place");
  close(file_);
  file_ = -1;
  check_change(flush_folder(fs::absolute(path_).parent_path().string()), path_, "writing failed");
}

void write_file(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace mola
