#pragma once

#include <torch/types.h>

namespace mola {

/// Matrix products by whichever library is fastest for them: on a CPU oneDNN, for fp32 too, where
/// ATen would take MKL. They record no gradients: for use inside autograd functions.

/// oneDNN's linear layer on the CPU: x [N, K], w [M, K], which may be a transposed view -> x w^T
torch::Tensor onednn_linear(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, K], w [M, K] -> x w^T [N, M]
torch::Tensor matmul_nt(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, M], w [M, K] -> x w [N, K]
torch::Tensor matmul_nn(const torch::Tensor& x, const torch::Tensor& w);

}  // namespace mola
