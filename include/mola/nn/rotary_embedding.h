#pragma once

#include <torch/types.h>

#include "mola/config/llama_config.h"
#include "mola/ops/rotary_angles.h"

namespace mola {

/// Rotary position embedding (arXiv 2104.09864) in the half-rotation form of Hugging Face's LLaMA
/// checkpoints, with linear and llama3 scaling. The angle of position t in pair i is
/// t * theta^(-2i / D), before scaling.
class RotaryEmbedding {
 public:
  RotaryEmbedding(int64_t head_dim, double theta, const RopeScaling& scaling,
                  torch::Device device = torch::kCPU);

  /// positions [N] int64 -> cos and sin [N, D], computed in fp32 and converted to `dtype`
  RotaryAngles angles(const torch::Tensor& positions, torch::Dtype dtype) const;

 private:
  torch::Tensor inverse_frequencies_;  // [D / 2] fp32
};

}  // namespace mola
