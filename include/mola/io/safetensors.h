#pragma once

#include <torch/types.h>

#include <string>

#include "mola/io/safetensors_file.h"
#include "mola/model/tensor_map.h"

namespace mola {

/// The torch dtype of `entry`.
torch::Dtype dtype_of(const SafetensorsEntry& entry);

/// Copies the tensor `name` of `file` into `target`, converting dtype and device, and releases its
/// pages. Throws `Error` if it is missing, has another shape, or has integers where floating-point
/// numbers are expected or the reverse.
void read_tensor_into(const SafetensorsFile& file, const std::string& name,
                      const torch::Tensor& target);

/// A copy of the tensor `name`, in its own dtype. Throws `Error` if it is missing.
torch::Tensor read_tensor(const SafetensorsFile& file, const std::string& name);

/// All tensors of the file `path`.
TensorMap load_safetensors(const std::string& path);

/// Writes `tensors` (fp32, fp16, bf16 or int64) to `path` atomically. Throws `Error` if it cannot
/// be written.
void save_safetensors(const std::string& path, const TensorMap& tensors);

}  // namespace mola
