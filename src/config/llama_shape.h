#pragma once

#include "config/fields.h"
#include "mola/config/llama_config.h"

namespace mola {

/// The keys of a config.json that describe the shape of a LLaMA.
const Fields<LlamaConfig>& llama_fields();

/// The shape in an object with the keys of a config.json. Throws `Error` for a size that is missing
/// or out of range, and for inconsistent sizes.
LlamaConfig read_llama_shape(const JsonReader& reader);

}  // namespace mola
