#pragma once

#include "mola/model/llama.h"

namespace mola {

/// Starts the weights of `model` for pretraining: matrices and embeddings from a normal
/// distribution of deviation 0.02, norms at one, from torch's random generator. Experts and routers
/// stay as they are.
void initialize_weights(Llama& model);

/// Makes everything in `model` trainable, its base included.
void train_all_weights(Llama& model);

}  // namespace mola
