#include "base/folder_lock.h"

#include <filesystem>

#include "base/file_changes.h"

namespace mola {

namespace fs = std::filesystem;

namespace {

bool is_missing(const std::string& path) {
  std::error_code ignored;  // such as a name that is too long, which making it reports
  return !fs::exists(path, ignored);
}

}  // namespace

FolderLock::FolderLock(const std::string& folder, const std::string& key)
    // "none/../out" is "out", for AtomicFolder too; for the system only if "none" exists.
    : folder_(fs::absolute(folder).lexically_normal().string()),
      is_new_folder_(is_missing(folder_)) {
  const std::string place = key + (key.empty() ? "" : " ") + folder;
  try {
    do {
      check_change(make_folders(folder_), place, "cannot be created");
    } while (!lock_.take(folder_ + "/" + kLockFile, place));
  } catch (...) {
    release();
    throw;
  }
}

FolderLock::~FolderLock() { release(); }

// The folder is removed only if nothing is in it, of another process neither.
void FolderLock::release() {
  lock_.release();
  std::error_code ignored;
  if (is_new_folder_ && fs::is_empty(folder_, ignored)) remove_empty_folder(folder_);
}

bool is_empty_folder(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(kOwnMark, 0) != 0) return false;
  }
  return !error;
}

}  // namespace mola
