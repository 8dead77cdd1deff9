#pragma once

#include "ops/causal_attention.h"

namespace mola {

/// `causal_attention` with torch's operators: on other devices than the CPU, and with a mask.
torch::Tensor attention_by_torch(const torch::Tensor& wide, const AttentionInputs& inputs,
                                 const HeadCounts& heads);

}  // namespace mola
