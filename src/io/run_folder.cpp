#include "io/run_folder.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/atomic_file.h"
#include "base/atomic_folder.h"
#include "base/file_changes.h"
#include "base/folder_lock.h"
#include "io/product_file.h"
#include "mola/base/error.h"

namespace mola {

namespace fs = std::filesystem;

namespace {

constexpr size_t kMostDigits = 18;  // of a step, so that it fits an int64_t

// By their steps, the oldest first.
std::vector<std::pair<int64_t, fs::path>> checkpoints_in(const std::string& run_folder) {
  const std::string prefix = "checkpoint-";
  std::vector<std::pair<int64_t, fs::path>> found;
  for (const auto& entry : fs::directory_iterator(run_folder)) {
    const std::string name = entry.path().filename().string();
    const std::string step = name.substr(std::min(prefix.size(), name.size()));
    const bool is_number = !step.empty() && step.size() <= kMostDigits &&
                           step.find_first_not_of("0123456789") == std::string::npos;
    if (name.rfind(prefix, 0) == 0 && is_number) found.emplace_back(std::stoll(step), entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// What a run writes; a checkpoint has its step in its name.
const std::vector<std::string> kOwnNames = {"adapter",     "best",          "model", "result.json",
                                            "config.json", "metrics.jsonl", "start", "checkpoint-",
                                            kProductFile,  kOwnMark};

bool is_temporary(const std::string& name, const std::vector<std::string>& begins) {
  if (!has_random_name(name, kTemporaryMark) && !has_random_name(name, kReplacedMark)) return false;
  return std::any_of(begins.begin(), begins.end(),
                     [&](const std::string& begin) { return name.rfind(begin, 0) == 0; });
}

void remove_or_fail(const fs::path& path) {
  check_change(remove_all(path.string()), path.string(), "cannot be removed");
}

// `advice` says what helps where the folder holds files.
void check_new_folder(const std::string& path, const std::string& key, const std::string& advice) {
  const std::string place = key + (key.empty() ? "" : " ") + path;
  std::error_code error;
  if (fs::is_symlink(path, error) && !fs::exists(path, error)) {
    fail(place, ": is a symbolic link to ", fs::read_symlink(path, error).string(),
         ", which does not exist");
  }
  fs::path existing = fs::absolute(path).lexically_normal();
  while (!fs::exists(existing, error)) existing = existing.parent_path();
  if (!fs::is_directory(existing)) {
    fail(place, ": ", existing.string(), " is a file, expected a folder");
  }
  if (access(existing.c_str(), W_OK) != 0) {
    fail(place, ": ", existing.string(), " is not writable");
  }
  if (fs::exists(path, error) && !is_empty_folder(path))
    fail(place, ": already holds files; ", advice);
}

}  // namespace

void check_output_folder(const std::string& path, const std::string& key) {
  check_new_folder(path, key, "choose another folder");
}

void check_run_folder(const std::string& path) {
  check_new_folder(path, "output.dir", "choose another folder, remove it, or add --resume");
}

void make_run_folder(const std::string& path) {
  check_run_folder(path);
  check_change(make_folders(path), "output.dir " + path, "cannot be created");
  try_writing(path);
}

std::string newest_checkpoint(const std::string& run_folder) {
  const auto found = checkpoints_in(run_folder);
  return found.empty() ? "" : found.back().second.string();
}

std::string second_newest_checkpoint(const std::string& run_folder) {
  const auto found = checkpoints_in(run_folder);
  return found.size() < 2 ? "" : found[found.size() - 2].second.string();
}

void remove_leftovers(const std::string& folder, const std::vector<std::string>& names) {
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_temporary(entry.path().filename().string(), names)) leftovers.push_back(entry.path());
  }
  std::for_each(leftovers.begin(), leftovers.end(), remove_or_fail);
}

void clean_run_folder(const std::string& run_folder) {
  for (const auto* name : {"adapter", "best", "model"}) restore_replaced(run_folder + "/" + name);
  remove_leftovers(run_folder, kOwnNames);
}

void remove_trained(const std::string& run_folder) {
  for (const auto* name : {"adapter", "best", "model"}) remove_or_fail(fs::path(run_folder) / name);
  remove_old_checkpoints(run_folder, 0);
}

void remove_old_checkpoints(const std::string& run_folder, int64_t keep) {
  const auto found = checkpoints_in(run_folder);
  for (size_t i = 0; i + static_cast<size_t>(keep) < found.size(); ++i) {
    remove_or_fail(found[i].second);
  }
}

}  // namespace mola
