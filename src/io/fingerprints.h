#pragma once

#include <string>

namespace mola {

// They tell whether a folder is still the same in all that results depend on, wherever it lies.
// Both throw `Error` for a file that is missing or damaged.

/// Of the base model in `folder`: the configs, the tokenizer, and the name, type, shape and first
/// bytes of each tensor.
std::string base_model_fingerprint(const std::string& folder);

/// Of all bytes of the saved adapter in `folder`.
std::string adapter_fingerprint(const std::string& folder);

}  // namespace mola
