#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file_changes.h"
#include "base/file_lock.h"

namespace mola {

/// Whether the file at `path` is a lock.
inline bool is_lock(const std::filesystem::path& path) {
  return path.filename().string().rfind(kLockFile, 0) == 0;
}

/// A lock that cannot be removed is no error: the next process takes it over.
inline bool is_unlock(const FileChange& change) {
  return change.kind == FileChange::kRemove && is_lock(change.path);
}

/// Whether a file system such as NFS refuses this change, since it has no renames with flags.
inline bool is_for_flags(const FileChange& change) {
  return change.kind == FileChange::kRename && change.has_flags;
}

/// With MOLA_FAULTS=all every change fails once, otherwise some ten of each command.
inline int64_t stride_of(int64_t changes) {
  const char* wanted = std::getenv("MOLA_FAULTS");
  const bool is_all = wanted != nullptr && std::string(wanted) == "all";
  return is_all ? 1 : changes / 10 + 1;
}

/// Makes the n-th change fail while it lives, and counts them: n = 0 lets all pass. Without
/// `has_flags` renames with flags are refused besides.
class FaultAt {
 public:
  explicit FaultAt(int64_t n, bool has_flags = true) {
    set_file_fault([this, n, has_flags](const FileChange& change) {
      if (!has_flags && is_for_flags(change)) return EINVAL;
      if (is_unlock(change) || ++count_ != n) return 0;
      place_ = "change " + std::to_string(n) + " of kind " + std::to_string(change.kind) + ": " +
               change.path + " ";
      return n % 2 == 0 ? ENOSPC : EIO;
    });
  }
  ~FaultAt() { set_file_fault({}); }
  FaultAt(const FaultAt&) = delete;
  FaultAt& operator=(const FaultAt&) = delete;

  int64_t count() const { return count_; }
  /// The change that failed.
  const std::string& place() const { return place_; }

 private:
  int64_t count_ = 0;
  std::string place_;
};

}  // namespace mola
