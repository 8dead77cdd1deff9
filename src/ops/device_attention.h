#pragma once

#include "ops/causal_attention.h"
#include "ops/device_kernels.h"

namespace mola {

/// Causal attention on a GPU, and its gradient, in one call each whatever the lengths of the
/// segments: wide [N, heads.width()] -> [N, heads.query * D], with N the end of the last segment.
/// `method` is not kNone.
torch::Tensor device_attention(const torch::Tensor& wide, const RotaryAngles& rotary,
                               const HeadCounts& heads, const SegmentTensors& segments,
                               FusedAttention method);

}  // namespace mola
