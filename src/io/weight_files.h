#pragma once

#include <torch/types.h>

#include <set>
#include <string>

#include "io/weight_index.h"

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
  WeightIndex index_;
  std::set<std::string> read_;
};

/// The name of a projection's weight: `block` is "self_attn" or "mlp".
std::string weight_name(int64_t layer, const std::string& block, const std::string& projection);

}  // namespace mola
