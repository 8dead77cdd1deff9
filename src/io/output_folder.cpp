#include "io/output_folder.h"

#include <filesystem>

#include "base/atomic_file.h"
#include "base/atomic_folder.h"
#include "io/run_folder.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

const std::string kKey = "--output";

std::string checked(const std::string& path) {
  check_output_folder(path, kKey);
  return path;
}

}  // namespace

OutputFolder::OutputFolder(const std::string& path) : lock_(checked(path), kKey) {
  check_output_folder(path, kKey);  // the one before may have ended meanwhile
  fs::path target = fs::absolute(path).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  remove_leftovers(target.parent_path().string(), {target.filename().string() + kTemporaryMark});
  AtomicFolder(path).discard();  // before long work, which ends with one
}

}  // namespace mola
