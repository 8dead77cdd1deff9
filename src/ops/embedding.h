#pragma once

#include <torch/types.h>

namespace mola {

/// The rows of weight [V, H] with these ids [N] -> [N, H]. The gradient of a row is summed in fp32
/// however often its id occurs, and rounded to the weight's dtype once.
torch::Tensor embed(const torch::Tensor& weight, const torch::Tensor& ids);

}  // namespace mola
