#pragma once

#include <string>

namespace mola {

/// A folder that appears whole or not at all: filled beside its place under `path()`, and renamed
/// by `commit`, which replaces a folder of the same name that holds no other files. Without a
/// commit nothing is left behind.
class AtomicFolder {
 public:
  /// Throws `Error` if the folder cannot be made, or is a file.
  explicit AtomicFolder(const std::string& target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::string& path() const { return temporary_; }
  /// Throws `Error` if the folder cannot be put in place, or if files would be lost.
  void commit();

 private:
  void refuse_to_lose_files() const;

  std::string target_;
  std::string temporary_;
};

}  // namespace mola
