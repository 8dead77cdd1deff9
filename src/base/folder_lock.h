#pragma once

#include <string>

namespace mola {

/// The name of the file in a folder that a process has locked. It says which: "pid on host".
constexpr const char* kLockFile = ".mola.lock";

/// Keeps other processes of mola out of a folder while it lives. Creates the folder if there is
/// none, and removes it again if it is still empty at the end.
class FolderLock {
 public:
  /// Throws `Error` if another process has the lock, whose process id and host it names after
  /// `key`, such as "output.dir"; or if the folder cannot be created. A file system that has no
  /// locks is warned about.
  explicit FolderLock(const std::string& folder, const std::string& key = "");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  bool try_to_lock(const std::string& place);
  void sign(const std::string& place) const;
  void release();

  std::string folder_;
  std::string path_;
  bool is_new_folder_;
  int file_ = -1;
};

/// The start of the names of files in a folder that are no one's work: the lock, and what tries
/// whether it can be written.
constexpr const char* kOwnMark = ".mola.";

/// Whether `folder` contains nothing but those.
bool is_empty_folder(const std::string& folder);

}  // namespace mola
