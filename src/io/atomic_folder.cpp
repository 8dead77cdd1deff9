#include "io/atomic_folder.h"

#include <filesystem>

#include "io/atomic_file.h"
#include "mola/error.h"

namespace mola {

namespace fs = std::filesystem;

AtomicFolder::AtomicFolder(const std::string& target)
    : target_(fs::path(target).lexically_normal().string()) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  temporary_ = target_ + ".tmp";
  std::error_code error;
  if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
    fail(target_, ": is a file, expected a folder");
  }
  fs::remove_all(temporary_, error);  // what a killed process may have left
  fs::create_directories(temporary_, error);
  if (error) fail(target_, ": cannot be made: ", error.message());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void AtomicFolder::refuse_to_lose_files() const {
  if (!fs::exists(target_)) return;
  for (const auto& entry : fs::directory_iterator(target_)) {
    const auto name = entry.path().filename();
    if (!fs::exists(fs::path(temporary_) / name)) {
      fail(target_, ": holds ", name.string(), ", which would be lost; name another folder");
    }
  }
}

void AtomicFolder::commit() {
  refuse_to_lose_files();
  // An older folder steps aside first, so that at every instant one of the two is whole.
  const std::string old = target_ + ".old";
  std::error_code error;
  fs::remove_all(old, error);
  if (fs::exists(target_)) fs::rename(target_, old, error);
  if (!error) fs::rename(temporary_, target_, error);
  if (error) fail(target_, ": cannot be put in place: ", error.message());
  const auto parent = fs::path(target_).parent_path();
  flush_folder(parent.empty() ? "." : parent.string());
  fs::remove_all(old, error);
}

}  // namespace mola
