#pragma once

#include <vector>

#include "mola/nn/rotary_embedding.h"

namespace mola {

/// wide [B, T, (heads + 2 kv_heads) D], queries, keys and values side by side -> query [B, heads,
/// T, D], key and value [B, kv_heads, T, D], query and key turned by their positions' angles.
std::vector<torch::Tensor> split_heads(const torch::Tensor& wide, const RotaryAngles& rotary,
                                       int64_t heads, int64_t kv_heads, int64_t head_dim);

}  // namespace mola
