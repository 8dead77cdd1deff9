#pragma once

#include <torch/types.h>

#include <map>
#include <string>

namespace mola {

/// Tensors by name, in the order of their names.
using TensorMap = std::map<std::string, torch::Tensor>;

}  // namespace mola
