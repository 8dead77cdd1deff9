#pragma once

#include <string>

namespace mola {

/// The name of the file in a folder that a process has locked. It says which: "pid on host". That
/// of a locked file is this, a dot and the file's name.
constexpr const char* kLockFile = ".mola.lock";

/// Keeps other processes of mola from what a lock file stands for, while it lives. The lock ends
/// with the process, and the file that a killed one leaves is taken over.
class FileLock {
 public:
  FileLock() = default;
  ~FileLock() { release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// Locks the file `path`. Returns false if that or its folder was removed meanwhile: try again.
  /// Throws `Error` if another process has the lock, whose process id and host it names after
  /// `place`, such as "output.dir runs/a"; or if the file cannot be written. A file system that has
  /// no locks is warned about.
  bool take(const std::string& path, const std::string& place);

  /// Removes the file.
  void release();

 private:
  int sign() const;

  std::string path_;
  int file_ = -1;
};

}  // namespace mola
