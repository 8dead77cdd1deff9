#pragma once

#include <string>

#include "mola/model/llama.h"

namespace mola {

/// `save_base_model` into an existing folder with other files.
void write_base_model_files(Llama& model, const std::string& source, const std::string& folder);

}  // namespace mola
