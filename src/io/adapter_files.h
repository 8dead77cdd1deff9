#pragma once

#include <string>

#include "mola/model/llama.h"

namespace mola {

/// The path that the tensors have in an adapter's folder. Throws `Error` where there is only a
/// pickle, and names the script that converts it.
std::string adapter_tensors_path(const std::string& folder);

/// Writes the files of the adapter of `model` into `folder`, which is there: `save_adapter` for a
/// folder that holds other files too.
void write_adapter_files(Llama& model, const std::string& folder);

}  // namespace mola
