#pragma once

#include <string>

#include "mola/config/adapter_spec.h"
#include "mola/model/llama.h"

namespace mola {

// The result of a run, in a folder: an adapter or, if all weights are trained, a base model with
// the other files of `source`, the Hugging Face folder that the run started from.

/// "model" if all weights are trained, otherwise "adapter".
std::string trained_name(const AdapterConfig& adapter);
std::string trained_name(const AdapterSpec& adapter);

/// Writes the files into the existing `folder`, which may contain others.
void write_trained_files(Llama& model, const std::string& source, const std::string& folder);

/// Writes the folder atomically.
void save_trained(Llama& model, const std::string& source, const std::string& folder);

/// The first problem of the result in `folder`, such as a file that is missing, truncated or has no
/// valid header; empty if there is none. The tensors themselves are not read.
std::string damage_of(const std::string& folder, bool trains_base);

void load_trained(Llama& model, const std::string& folder);

}  // namespace mola
