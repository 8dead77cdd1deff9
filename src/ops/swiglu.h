#pragma once

#include <torch/types.h>

namespace mola {

/// gate_up [N, 2F], contiguous -> silu(gate) * up [N, F]; one pass. Records no gradient.
torch::Tensor swiglu(const torch::Tensor& gate_up);

struct SwigluGradient {
  torch::Tensor y;             ///< [N, F], that of `swiglu`
  torch::Tensor grad_gate_up;  ///< [N, 2F]
};

/// The gradient of gate_up [N, 2F], given that of the result, dy [N, F]; and the result once more.
SwigluGradient swiglu_gradient(const torch::Tensor& dy, const torch::Tensor& gate_up);

}  // namespace mola
