#pragma once

#include <string>

namespace mola {

/// A folder that is written atomically: filled at `path()`, next to its final place, and renamed by
/// `commit`, which replaces a folder of the same name if that contains no other files. Without a
/// commit nothing is left behind.
class AtomicFolder {
 public:
  /// Throws `Error` if the folder cannot be created, or is a file.
  explicit AtomicFolder(const std::string& target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::string& path() const { return temporary_; }
  /// Throws `Error` if the folder cannot be moved into place, or if files would be lost.
  void commit();

 private:
  void refuse_to_lose_files() const;

  std::string target_;
  std::string temporary_;
};

}  // namespace mola
