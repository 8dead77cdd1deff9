#pragma once

#include <functional>
#include <optional>

#include "mola/data/loader.h"
#include "mola/model/llama.h"

namespace mola {

/// Mean cross-entropy (natural) over the labelled tokens of all sequences of `loader`, in
/// evaluation mode (without dropout). Restores the mode of the model.
double validation_loss(Llama model, const Loader& loader);

/// The same, or nothing if `should_stop`, which is called before each micro-batch, returns true.
/// It may be empty.
std::optional<double> validation_loss(Llama model, const Loader& loader,
                                      const std::function<bool()>& should_stop);

}  // namespace mola
