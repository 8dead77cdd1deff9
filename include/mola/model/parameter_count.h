#pragma once

#include <cstdint>
#include <vector>

#include "mola/model/llama.h"

namespace mola {

struct ParameterCount {
  int64_t trainable = 0;
  int64_t total = 0;                         ///< frozen ones included
  std::vector<int64_t> trainable_per_layer;  ///< one number for each decoder layer
};

/// Counts the parameters of `model`, which may be on the meta device.
ParameterCount count_parameters(const Llama& model);

}  // namespace mola
