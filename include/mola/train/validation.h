#pragma once

#include "mola/data/loader.h"
#include "mola/model/llama.h"

namespace mola {

/// Mean cross-entropy over the labelled tokens of all sequences of `loader`, in evaluation mode
/// (without dropout); the model is left in the mode in which it was.
double validation_loss(Llama model, const Loader& loader);

}  // namespace mola
