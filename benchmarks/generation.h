#pragma once

#include <cstdint>

#include "mola/mola.h"

namespace mola {

/// Tokens per second over all sequences: of the prompts, each in one forward pass, and of the new
/// tokens, one by one.
struct GenerationSpeed {
  double prompt_tokens_per_second;
  double decoding_tokens_per_second;
};

/// Generates greedily after `batch` random prompts of `prompt_tokens`, once to warm up and then
/// `rounds` times; returns the medians.
GenerationSpeed time_generation(Llama& model, int64_t batch, int64_t prompt_tokens,
                                int64_t new_tokens, int64_t rounds);

}  // namespace mola
