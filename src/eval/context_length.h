#pragma once

#include <cstdint>
#include <vector>

#include "mola/config/llama_config.h"

namespace mola {

/// Warns if the longest of `sequences` with `new_tokens` more exceeds the model's
/// max_position_embeddings.
void warn_if_too_long(const std::vector<std::vector<int64_t>>& sequences, int64_t new_tokens,
                      const LlamaConfig& model);

}  // namespace mola
