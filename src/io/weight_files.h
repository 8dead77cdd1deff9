#pragma once

#include <torch/types.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "mola/io/safetensors_file.h"

namespace mola {

/// The weights of a Hugging Face folder, in model.safetensors or the shards that
/// model.safetensors.index.json names. They are mapped, and read tensor by tensor.
class WeightFiles {
 public:
  /// Throws `Error` if there are none, or one is damaged.
  explicit WeightFiles(const std::string& folder);

  /// As `read_tensor_into`, from the file that holds the tensor `name`.
  void read_into(const std::string& name, const torch::Tensor& target);

  /// As `read_tensor`.
  torch::Tensor read(const std::string& name) const;

  torch::Dtype dtype(const std::string& name) const;

  /// Throws `Error` for a tensor that was not read into a model, except rotary frequencies and, if
  /// `tied`, the head.
  void refuse_what_was_not_read(bool tied) const;

 private:
  const SafetensorsFile& file_of(const std::string& name) const;
  std::shared_ptr<SafetensorsFile> open(const std::string& path);

  std::map<std::string, std::shared_ptr<SafetensorsFile>> files_;  // by path
  std::map<std::string, std::shared_ptr<SafetensorsFile>> where_;  // by tensor
  std::set<std::string> read_;
  std::string source_;  // for errors about missing tensors
};

/// The name of a projection's weight: `block` is "self_attn" or "mlp".
std::string weight_name(int64_t layer, const std::string& block, const std::string& projection);

}  // namespace mola
