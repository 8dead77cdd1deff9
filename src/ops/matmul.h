#pragma once

#include <torch/types.h>

namespace mola {

// Matrix products with the fastest library: oneDNN on a CPU, also for fp32, where ATen uses MKL.
// They record no gradients: for use inside autograd functions.

/// oneDNN's linear layer on the CPU: x [N, K], w [M, K] or a transposed view -> x w^T [N, M]
torch::Tensor onednn_linear(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, K], w [M, K] -> x w^T [N, M]
torch::Tensor matmul_nt(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, M], w [M, K] -> x w [N, K]
torch::Tensor matmul_nn(const torch::Tensor& x, const torch::Tensor& w);

}  // namespace mola
