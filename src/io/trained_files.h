#pragma once

#include <string>

#include "mola/config/adapter_spec.h"
#include "mola/model/llama.h"

namespace mola {

// What a run trains, in a folder: an adapter or, where all weights are trained, a base model with
// what else its `source` holds, the Hugging Face folder that the run started from.

/// "model" where all weights are trained, otherwise "adapter".
std::string trained_name(const AdapterConfig& adapter);
std::string trained_name(const AdapterSpec& adapter);

/// Writes the files into `folder`, which is there and may hold others.
void write_trained_files(Llama& model, const std::string& source, const std::string& folder);

/// Writes the folder, whole or not at all.
void save_trained(Llama& model, const std::string& source, const std::string& folder);

void load_trained(Llama& model, const std::string& folder);

}  // namespace mola
