#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "faults/changes.h"

namespace mola {

/// Simulates a power cut before the n-th change to files: from then on every change fails, and
/// `lose_what_was_not_flushed` leaves of the changes below `root` only what was flushed: a file has
/// the bytes of its last flush, and a folder the names of its own. Without `has_flags` renames with
/// flags are refused besides.
class PowerCut {
 public:
  PowerCut(std::string root, int64_t n, bool has_flags = true)
      : root_(std::move(root)), n_(n), has_flags_(has_flags) {
    remember(root_);
    set_file_fault([this](const FileChange& change) { return before(change); });
  }
  ~PowerCut() { set_file_fault({}); }
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

  /// The change at which the power was cut.
  const std::string& place() const { return place_; }

  void lose_what_was_not_flushed() {
    set_file_fault({});
    std::filesystem::remove_all(root_ + "/out");
    const auto& top = names_.at(id_of(root_));
    const auto found = top.find("out");
    if (found != top.end()) restore(found->second, root_ + "/out");
  }

 private:
  using Id = int64_t;  // of a file or folder; unlike an inode it is never used again

  int before(const FileChange& change) {
    if (count_ >= n_) return EIO;
    if (!has_flags_ && is_for_flags(change)) return EINVAL;
    if (++count_ >= n_) {
      place_ = change.path;
      return EIO;
    }
    if (change.kind == FileChange::kFlushFile) bytes_[id_of(change.path)] = read(change.path);
    if (change.kind == FileChange::kFlushFolder) remember_names(change.path);
    if (change.kind == FileChange::kRemove) forget(change.path);
    if (change.kind == FileChange::kRename && !change.exchanges) forget(change.target);
    return 0;
  }

  static ino_t inode_of(const std::string& path) {
    struct stat status {};
    return lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
  }

  Id id_of(const std::string& path) {
    const auto [found, is_new] = ids_.emplace(inode_of(path), next_);
    if (is_new) ++next_;
    return found->second;
  }

  // Its inode may be used for another file from now on.
  void forget(const std::string& path) { ids_.erase(inode_of(path)); }

  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  void remember_names(const std::string& folder) {
    auto& names = names_[id_of(folder)];
    names.clear();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const Id id = id_of(entry.path().string());
      if (entry.is_directory()) names_.try_emplace(id);
      names[entry.path().filename().string()] = id;
    }
  }

  void remember(const std::string& folder) {
    remember_names(folder);
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string path = entry.path().string();
      if (entry.is_directory()) {
        remember(path);
      } else {
        bytes_[id_of(path)] = read(path);
      }
    }
  }

  void restore(Id id, const std::string& path) {
    const auto folder = names_.find(id);
    if (folder == names_.end()) {
      std::ofstream(path, std::ios::binary) << bytes_[id];
      return;
    }
    std::filesystem::create_directory(path);
    for (const auto& [name, inner] : folder->second) restore(inner, path + "/" + name);
  }

  std::string root_;
  int64_t n_;
  bool has_flags_;
  int64_t count_ = 0;
  std::string place_;
  std::map<ino_t, Id> ids_;
  Id next_ = 1;
  std::map<Id, std::string> bytes_;                // of the last flush
  std::map<Id, std::map<std::string, Id>> names_;  // of the last flush
};

}  // namespace mola
