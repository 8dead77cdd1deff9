#pragma once

#include <torch/types.h>

#include "mola/config/llama_config.h"

namespace mola {

/// cos and sin of the angles that turn queries and keys, [N, D] each.
struct RotaryAngles {
  torch::Tensor cos;
  torch::Tensor sin;

  /// Turns x [N, heads, D] by its positions: x * cos + rotate_half(x) * sin, where rotate_half
  /// swaps the two halves of D and negates the first.
  torch::Tensor apply(const torch::Tensor& x) const;
};

/// Rotary position embedding (arXiv 2104.09864) in the half-rotation form of Hugging Face's LLaMA
/// checkpoints, with linear and llama3 scaling. The angle of position t in pair i is
/// t * theta^(-2i / D), before scaling.
class RotaryEmbedding {
 public:
  RotaryEmbedding(int64_t head_dim, double theta, const RopeScaling& scaling,
                  torch::Device device = torch::kCPU);

  /// positions [N] int64 -> the angles, computed in fp32 and given in `dtype`
  RotaryAngles angles(const torch::Tensor& positions, torch::Dtype dtype) const;

 private:
  torch::Tensor inverse_frequencies_;  // [D / 2] fp32
};

}  // namespace mola
