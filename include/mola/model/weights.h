#pragma once

#include <cstdint>
#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// Starts the weights of `model` for pretraining: matrices and embeddings from a normal
/// distribution of deviation 0.02, norms at one, from torch's random generator. Experts and routers
/// stay as they are.
void initialize_weights(Llama& model);

/// Starts the virtual tokens of `model`, which has some, as the embeddings of these tokens,
/// repeated or cut to their number. Throws `c10::Error` for none, or one outside the vocabulary.
void initialize_prompt(Llama& model, const std::vector<int64_t>& token_ids);

/// Makes everything in `model` trainable, its base included.
void unfreeze(Llama& model);

}  // namespace mola
