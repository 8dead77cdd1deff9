#pragma once

#include <cstdint>
#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// Initializes the weights of `model` for pretraining: matrices and embeddings from a normal
/// distribution with standard deviation 0.02, norms with one, by torch's random generator. Experts
/// and routers are not changed.
void initialize_weights(Llama& model);

/// Initializes the virtual tokens of `model`, which must have some, with the embeddings of these
/// tokens, repeated or truncated to their number. Throws `c10::Error` without tokens, or for one
/// outside the vocabulary.
void initialize_prompt(Llama& model, const std::vector<int64_t>& token_ids);

/// Makes everything in `model` trainable, its base included.
void unfreeze(Llama& model);

}  // namespace mola
