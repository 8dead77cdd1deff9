#pragma once

#include "cli/options.h"
#include "mola/model/llama.h"

namespace mola::cli {

/// Loads the model ready for inference, and logs it.
Llama load_model(const ModelOptions& options);

/// The same with the adapter as it was trained, in fp32.
Llama load_model_unfrozen(const ModelOptions& options);

}  // namespace mola::cli
