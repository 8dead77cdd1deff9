#pragma once

#include <torch/types.h>

#include "mola/ops/product_method.h"

namespace mola {

// Matrix products. They record no gradients: for use inside autograd functions.

/// x [N, K], w [M, K] -> x w^T [N, M], by oneDNN in fp32 on a CPU, where ATen uses MKL
torch::Tensor matmul_nt(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, M], w [M, K] -> x w [N, K], likewise
torch::Tensor matmul_nn(const torch::Tensor& x, const torch::Tensor& w);

/// x [N, K], w [M, K] or a transposed view -> x w^T [N, M] on a CPU, by `method`; `packed` is what
/// `packed_for_onednn` makes of w, and is needed by kPacked alone.
torch::Tensor multiply_nt(const torch::Tensor& x, const torch::Tensor& w, ProductMethod method,
                          const torch::Tensor& packed = {});

/// A copy of w [M, K] on a CPU, fp32 or bf16, in the order of elements that oneDNN likes best. It
/// has no strides, and only `multiply_nt` can read it.
torch::Tensor packed_for_onednn(const torch::Tensor& w);

/// Writes x [N, K] times w [K, M] to `out` [N, M], contiguous.
void multiply_into(const torch::Tensor& out, const torch::Tensor& x, const torch::Tensor& w);

}  // namespace mola
