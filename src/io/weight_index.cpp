#include "io/weight_index.h"

#include <algorithm>
#include <filesystem>

#include "base/excerpt.h"
#include "base/input_file.h"
#include "base/json_file.h"
#include "mola/base/error.h"

namespace mola {
namespace {

// Throws unless `name`, of `index`, is that of a file beside it.
void check_shard_name(const std::string& index, const std::string& name) {
  const auto is_wrong = [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/'; };
  if (name.empty() || name == "." || name == ".." ||
      std::any_of(name.begin(), name.end(), is_wrong)) {
    fail(index, ": weight_map: found the file ", excerpt(nlohmann::json(name).dump()),
         ", expected the name of a file in the same folder");
  }
}

}  // namespace

WeightIndex::WeightIndex(const std::string& folder) {
  check_input_folder("model", folder);
  const std::string whole = folder + "/model.safetensors";
  const std::string index = whole + ".index.json";
  if (std::filesystem::exists(whole) || !std::filesystem::exists(index)) {
    const auto file = open(whole);
    for (const auto& [name, entry] : file->entries()) where_[name] = file;
    return;
  }
  const auto json = read_json_file(index);
  const bool has_map = json.is_object() && json.contains("weight_map") &&
                       json["weight_map"].is_object() && !json["weight_map"].empty();
  if (!has_map) fail(index, ": weight_map: expected an object from tensors to files");
  for (const auto& [name, shard] : json["weight_map"].items()) {
    if (!shard.is_string()) fail(index, ": weight_map: '", excerpt(name), "' names no file");
    check_shard_name(index, shard);
    where_[name] = open(folder + "/" + shard.get<std::string>());
  }
  source_ = index;
}

const SafetensorsFile& WeightIndex::file_of(const std::string& name) const {
  const auto found = where_.find(name);
  if (found == where_.end()) fail(source_, ": has no tensor '", name, "'");
  return *found->second;
}

std::shared_ptr<SafetensorsFile> WeightIndex::open(const std::string& path) {
  auto& file = files_[path];
  if (!file) file = std::make_shared<SafetensorsFile>(path);
  source_ = path;
  return file;
}

}  // namespace mola
