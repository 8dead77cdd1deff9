#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

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
  const auto folder = fs::absolute(replaced_path(path)).parent_path();
  if (!fs::is_directory(folder, ignored)) fail(path, ": ", folder.string(), " is not a folder");
  if (access(folder.c_str(), W_OK) != 0) fail(path, ": ", folder.string(), " is not writable");
}

AtomicFile::AtomicFile(const std::string& path) : path_(replaced_path(path)) {
  check_output_file(path);
  int error = EEXIST;
  while (error == EEXIST) {
    temporary_ = random_name(path_, kTemporaryMark);
    error = open_file(temporary_, O_WRONLY | O_EXCL, file_);
  }
  check_change(error, path_, "cannot be written");
  error = copy_mode(file_, temporary_, path_);
  if (error != 0) discard();
  check_change(error, path_, "its permissions cannot be set");
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (file_ < 0) return;
  close(std::exchange(file_, -1));
  remove_all(temporary_);
}

void AtomicFile::write(const void* bytes, size_t size) {
  check_change(write_bytes(file_, path_, bytes, size), path_, "writing failed");
}

void AtomicFile::commit() {
  check_change(flush_file(file_, temporary_), path_, "writing failed");
  move_into_place(temporary_, path_);
  close(std::exchange(file_, -1));
}

std::string replaced_path(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const auto target = fs::canonical(path, error);
  return error ? path : target.string();
}

void move_into_place(const std::string& temporary, const std::string& path) {
  check_change(rename_path(temporary, path), path, "cannot be moved into place");
  check_change(flush_folder(fs::absolute(path).parent_path().string()), path, "writing failed");
}

void write_file(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace mola
