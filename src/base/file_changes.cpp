#include "base/file_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>
#include <vector>

#include "mola/base/error.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

FileFault& fault() {
  static FileFault current;
  return current;
}

int fault_of(FileChange::Kind kind, const std::string& path) {
  return fault() ? fault()({kind, path, ""}) : 0;
}

// The error of a call that returns -1 if it fails.
int error_of(int result) { return result < 0 ? errno : 0; }

constexpr size_t kRandomCharacters = 6;

int write_now(int file, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(file, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
  return 0;
}

int remove_one(const std::string& path) {
  if (const int error = fault_of(FileChange::kRemove, path)) return error;
  return error_of(std::remove(path.c_str()));
}

}  // namespace

void set_file_fault(FileFault new_fault) { fault() = std::move(new_fault); }

int open_file(const std::string& path, int flags, int& file) {
  if (const int error = fault_of(FileChange::kOpen, path)) return error;
  const auto all = static_cast<unsigned>(flags) | unsigned{O_CREAT} | unsigned{O_CLOEXEC};
  file = open(path.c_str(), static_cast<int>(all), 0666);
  return error_of(file);
}

int write_bytes(int file, const std::string& path, const void* bytes, size_t size) {
  const auto* begin = static_cast<const char*>(bytes);
  const int error = fault_of(FileChange::kWrite, path);
  if (error == 0) return write_now(file, begin, size);
  write_now(file, begin, size / 2);
  return error;
}

int empty_file(int file, const std::string& path) {
  if (const int error = fault_of(FileChange::kTruncate, path)) return error;
  return error_of(ftruncate(file, 0));
}

int copy_mode(int file, const std::string& path, const std::string& replaced) {
  struct stat before {
  }, now{};
  if (stat(replaced.c_str(), &before) != 0) return 0;
  if (fstat(file, &now) != 0) return errno;
  // Where all files have the same permissions, setting them may be refused.
  if (before.st_mode == now.st_mode) return 0;
  if (const int error = fault_of(FileChange::kSetMode, path)) return error;
  return error_of(fchmod(file, before.st_mode & 07777U));
}

int flush_file(int file, const std::string& path) {
  if (const int error = fault_of(FileChange::kFlushFile, path)) return error;
  return error_of(fsync(file));
}

int flush_folder(const std::string& folder) {
  if (const int error = fault_of(FileChange::kFlushFolder, folder)) return error;
  const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return errno == EACCES ? 0 : errno;  // may be written to and not read
  const int error = error_of(fsync(handle));
  close(handle);
  const bool is_unsupported = error == EINVAL || error == EBADF || error == EOPNOTSUPP;
  return is_unsupported ? 0 : error;
}

int flush_written(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const int error = flush_file(file, path);
  close(file);
  return error != 0 ? error : flush_folder(fs::absolute(path).parent_path().string());
}

int rename_path(const std::string& path, const std::string& target, unsigned flags) {
  const FileChange change = {FileChange::kRename, path, target, flags != 0,
                             (flags & RENAME_EXCHANGE) != 0};
  if (const int error = fault() ? fault()(change) : 0) return error;
  if (flags == 0) return error_of(std::rename(path.c_str(), target.c_str()));
  return error_of(renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, target.c_str(), flags));
}

int make_folder(const std::string& path) {
  if (const int error = fault_of(FileChange::kMakeFolder, path)) return error;
  return error_of(mkdir(path.c_str(), 0777));
}

int make_folders(const std::string& path) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (auto folder = fs::absolute(path).lexically_normal(); !fs::exists(folder, ignored);
       folder = folder.parent_path()) {
    if (folder.has_filename()) missing.push_back(folder);
  }
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    const int error = make_folder(folder->string());
    if (error != 0 && error != EEXIST) return error;
    if (const int failed = flush_folder(folder->parent_path().string())) return failed;
  }
  return fs::is_directory(path, ignored) ? 0 : ENOTDIR;
}

int remove_all(const std::string& path) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (!fs::exists(status)) return 0;
  if (fs::is_directory(status)) {
    std::vector<std::string> entries;
    for (auto entry = fs::directory_iterator(path, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      entries.push_back(entry->path().string());
    }
    if (error) return error.value();
    for (const auto& entry : entries) {
      if (const int failed = remove_all(entry)) return failed;
    }
  }
  return remove_one(path);
}

int remove_empty_folder(const std::string& path) {
  if (const int error = fault_of(FileChange::kRemove, path)) return error;
  return error_of(rmdir(path.c_str()));
}

void check_change(int error, const std::string& place, const char* problem) {
  if (error != 0) fail(place, ": ", problem, ": ", std::strerror(error));
}

std::string random_name(const std::string& path, const std::string& mark) {
  static const std::string kCharacters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::random_device random;
  std::string name = path + mark;
  for (size_t i = 0; i < kRandomCharacters; ++i) name += kCharacters[random() % kCharacters.size()];
  return name;
}

bool has_random_name(const std::string& name, const std::string& mark) {
  const auto found = name.rfind(mark);
  return found != std::string::npos && name.size() == found + mark.size() + kRandomCharacters;
}

}  // namespace mola
