#pragma once

#include <string>

#include "mola/io/adapter_config_file.h"
#include "mola/model/llama.h"

namespace mola {

/// Loads the adapter of `model`, which must be built from this folder's config and have its base
/// loaded, since PiSSA changes it. Throws `Error` for a tensor that is missing, has another shape,
/// or has no place in the model.
void load_adapter(Llama& model, const std::string& folder);

/// Writes the adapter of `model` to `folder` atomically: adapter_config.json and
/// adapter_model.safetensors, MoLA in the official code's format and the others in PEFT's.
void save_adapter(Llama& model, const std::string& folder);

}  // namespace mola
