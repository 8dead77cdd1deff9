#pragma once

#include "ops/causal_attention.h"

namespace mola {

/// `causal_attention` of tokens that continue the sequences of `inputs.cached`: their keys and
/// values go to the cache, and each token looks at all that its slot holds up to itself. The
/// lengths of the slots stay as they are, for the next layer. Keeps no gradient.
torch::Tensor cached_attention(const torch::Tensor& wide, const AttentionInputs& inputs,
                               const HeadCounts& heads);

/// The same out of torch's operators, which runs on CUDA.
torch::Tensor cached_attention_by_torch(const torch::Tensor& wide, const AttentionInputs& inputs,
                                        const HeadCounts& heads);

}  // namespace mola
