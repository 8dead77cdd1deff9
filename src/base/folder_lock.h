#pragma once

#include <string>

#include "base/file_lock.h"

namespace mola {

/// Keeps other processes of mola out of a folder while it lives. Creates the folder if there is
/// none, and removes it again if it is still empty at the end.
class FolderLock {
 public:
  /// Throws `Error` as `FileLock` does, with `key`, such as "output.dir", before the folder; or if
  /// the folder cannot be created.
  explicit FolderLock(const std::string& folder, const std::string& key = "");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  void release();

  std::string folder_;
  bool is_new_folder_;
  FileLock lock_;
};

/// The start of the names of files in a folder that are no one's work: locks, and what tries
/// whether it can be written.
constexpr const char* kOwnMark = ".mola.";

/// Whether `folder` contains nothing but those.
bool is_empty_folder(const std::string& folder);

}  // namespace mola
