#include "io/weight_files.h"

#include "base/excerpt.h"
#include "mola/base/error.h"
#include "mola/io/safetensors.h"

namespace mola {

WeightFiles::WeightFiles(const std::string& folder) : index_(folder) {}

void WeightFiles::read_into(const std::string& name, const torch::Tensor& target) {
  read_tensor_into(index_.file_of(name), name, target);
  read_.insert(name);
}

torch::Tensor WeightFiles::read(const std::string& name) const {
  return read_tensor(index_.file_of(name), name);
}

torch::Dtype WeightFiles::dtype(const std::string& name) const {
  return dtype_of(index_.file_of(name).entry(name));
}

void WeightFiles::refuse_what_was_not_read(bool tied) const {
  for (const auto& [name, file] : index_.files()) {
    const bool derived = name.find("rotary_emb.inv_freq") != std::string::npos;
    if (read_.count(name) == 0 && !derived && !(tied && name == "lm_head.weight")) {
      fail(file->path(), ": tensor '", excerpt(name),
           "' has no place in a LLaMA of this config.json");
    }
  }
}

std::string weight_name(int64_t layer, const std::string& block, const std::string& projection) {
  return "model.layers." + std::to_string(layer) + "." + block + "." + projection + ".weight";
}

}  // namespace mola
