#pragma once

#include <torch/types.h>

namespace mola {

/// silu(gate) * up of gate_up [N, 2F], dense -> [N, F]; in one pass on a CPU. Records no gradient.
torch::Tensor swiglu(const torch::Tensor& gate_up);

/// The gradient of gate_up, given that of the result, dy [N, F].
torch::Tensor swiglu_gradient(const torch::Tensor& dy, const torch::Tensor& gate_up);

}  // namespace mola
