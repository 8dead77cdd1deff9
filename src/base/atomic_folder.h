#pragma once

#include <string>

namespace mola {

/// Marks the name of a folder that is being replaced where the file system cannot exchange two.
constexpr const char* kReplacedMark = ".replaced-";

/// A folder that is written atomically: filled at `path()`, next to its final place, and renamed by
/// `commit`, which replaces a folder of the same name if that contains no other files. A symbolic
/// link to a folder is kept: its target is replaced. Without a commit nothing is left behind.
class AtomicFolder {
 public:
  /// Throws `Error` if the folder cannot be created, or is a file or a mount point.
  explicit AtomicFolder(const std::string& target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::string& path() const { return temporary_; }
  /// Throws `Error` if the folder cannot be moved into place, or if files would be lost.
  void commit();
  /// Removes what was written. Throws `Error` if it cannot.
  void discard();

 private:
  void refuse_to_lose_files() const;
  int replace_by_renames();

  std::string target_;
  std::string temporary_;
};

/// Puts back a folder `target` whose replacement was interrupted by a kill. Throws `Error` if it
/// cannot be moved.
void restore_replaced(const std::string& target);

/// Throws `Error` if the folder `path`, which exists and is locked, cannot take what `AtomicFolder`
/// does, such as on a full disk. Leaves nothing behind, and removes what a killed process left of
/// this.
void try_writing(const std::string& path);

}  // namespace mola
