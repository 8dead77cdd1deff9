#include "io/weight_files.h"

#include <algorithm>
#include <filesystem>

#include "base/excerpt.h"
#include "base/input_file.h"
#include "base/json_file.h"
#include "mola/base/error.h"
#include "mola/io/safetensors.h"

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

WeightFiles::WeightFiles(const std::string& folder) {
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

void WeightFiles::read_into(const std::string& name, const torch::Tensor& target) {
  read_tensor_into(file_of(name), name, target);
  read_.insert(name);
}

torch::Tensor WeightFiles::read(const std::string& name) const {
  return read_tensor(file_of(name), name);
}

torch::Dtype WeightFiles::dtype(const std::string& name) const {
  return dtype_of(file_of(name).entry(name));
}

void WeightFiles::refuse_what_was_not_read(bool tied) const {
  for (const auto& [name, file] : where_) {
    const bool derived = name.find("rotary_emb.inv_freq") != std::string::npos;
    if (read_.count(name) == 0 && !derived && !(tied && name == "lm_head.weight")) {
      fail(file->path(), ": tensor '", excerpt(name),
           "' has no place in a LLaMA of this config.json");
    }
  }
}

const SafetensorsFile& WeightFiles::file_of(const std::string& name) const {
  const auto found = where_.find(name);
  if (found == where_.end()) fail(source_, ": has no tensor '", name, "'");
  return *found->second;
}

std::shared_ptr<SafetensorsFile> WeightFiles::open(const std::string& path) {
  auto& file = files_[path];
  if (!file) file = std::make_shared<SafetensorsFile>(path);
  source_ = path;
  return file;
}

std::string weight_name(int64_t layer, const std::string& block, const std::string& projection) {
  return "model.layers." + std::to_string(layer) + "." + block + "." + projection + ".weight";
}

}  // namespace mola
