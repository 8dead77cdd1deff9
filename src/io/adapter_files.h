#pragma once

#include <string>

#include "mola/model/llama.h"

namespace mola {

/// Writes the files of the adapter of `model` into `folder`, which is there: `save_adapter` for a
/// folder that holds other files too.
void write_adapter_files(Llama& model, const std::string& folder);

}  // namespace mola
