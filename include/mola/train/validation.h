#pragma once

#include "mola/data/loader.h"
#include "mola/model/llama.h"

namespace mola {

/// Mean cross-entropy (natural) over the labelled tokens of all sequences of `loader`, in
/// evaluation mode (without dropout). Restores the mode of the model.
double validation_loss(Llama model, const Loader& loader);

}  // namespace mola
