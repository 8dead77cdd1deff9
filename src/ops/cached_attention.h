#pragma once

#include "ops/causal_attention.h"

namespace mola {

/// `causal_attention` for tokens that continue the sequences in `inputs.cached`: stores their keys
/// and values in the cache, and each token attends to its slot up to its own position. Does not
/// change the lengths of the slots, which the next layer needs. Records no gradient. Throws
/// `c10::Error` for a wrong number of slots, an unknown or repeated slot, or a full one.
torch::Tensor cached_attention(const torch::Tensor& wide, const AttentionInputs& inputs,
                               const HeadCounts& heads);

/// The same with torch's operators, for CUDA, and without the checks.
torch::Tensor cached_attention_by_torch(const torch::Tensor& wide, const AttentionInputs& inputs,
                                        const HeadCounts& heads);

}  // namespace mola
