#pragma once

#include <torch/types.h>

namespace mola {

/// gate_up [N, 2F], contiguous -> silu(gate) * up [N, F]; one pass on a CPU. Records no gradient.
torch::Tensor swiglu(const torch::Tensor& gate_up);

/// The gradient of gate_up [N, 2F], given the gradient of the result, dy [N, F].
torch::Tensor swiglu_gradient(const torch::Tensor& dy, const torch::Tensor& gate_up);

}  // namespace mola
