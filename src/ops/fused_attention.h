#pragma once

#include <torch/types.h>

#include "mola/ops/segment_tensors.h"
#include "ops/device_kernels.h"

namespace mola {

/// Queries [N, query, D], and keys and values [keys, key_value, D] in the order of their segments.
/// Query heads that share a key head are adjacent.
struct AttentionOperands {
  torch::Tensor query;
  torch::Tensor key;
  torch::Tensor value;
};

/// The result [N, query, D], and what the backward pass needs besides.
struct FusedResult {
  torch::Tensor mixed;
  torch::Tensor log_sum_exp;
  torch::Tensor seed;    ///< of a dropout that is not used
  torch::Tensor offset;  ///< likewise
};

/// The last query of a segment attends to all of its keys, each query before it to one fewer.
FusedResult fused_forward(const AttentionOperands& operands, const SegmentTensors& segments,
                          FusedAttention method);

/// The gradients of the operands by that of the result.
AttentionOperands fused_backward(const torch::Tensor& grad, const AttentionOperands& operands,
                                 const FusedResult& result, const SegmentTensors& segments,
                                 FusedAttention method);

}  // namespace mola
