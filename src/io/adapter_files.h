#pragma once

#include <string>

#include "mola/model/llama.h"

namespace mola {

/// The path of the tensors in an adapter's folder. Throws `Error` if there is only a pickle, and
/// names the script that converts it.
std::string adapter_tensors_path(const std::string& folder);

/// Writes the files of the adapter of `model` into the existing `folder`: `save_adapter` for a
/// folder with other files.
void write_adapter_files(Llama& model, const std::string& folder);

}  // namespace mola
