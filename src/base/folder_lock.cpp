#include "base/folder_lock.h"

#include <filesystem>

#include "base/file_changes.h"

namespace mola {

namespace fs = std::filesystem;

FolderLock::FolderLock(const std::string& folder, const std::string& key)
    : folder_(folder), is_new_folder_(!fs::exists(folder)) {
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
