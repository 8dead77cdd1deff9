#pragma once

#include <map>
#include <memory>
#include <string>

#include "mola/io/safetensors_file.h"

namespace mola {

/// The files that hold the tensors of a Hugging Face folder: model.safetensors, or the shards that
/// model.safetensors.index.json names.
class WeightIndex {
 public:
  using Files = std::map<std::string, std::shared_ptr<SafetensorsFile>>;

  /// Throws `Error` if there are none, or one is damaged.
  explicit WeightIndex(const std::string& folder);

  /// The file of each tensor.
  const Files& files() const { return where_; }

  /// Throws `Error` if no file has the tensor `name`.
  const SafetensorsFile& file_of(const std::string& name) const;

 private:
  std::shared_ptr<SafetensorsFile> open(const std::string& path);

  Files files_;         // by path
  Files where_;         // by tensor
  std::string source_;  // for errors about missing tensors
};

}  // namespace mola
