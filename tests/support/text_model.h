#pragma once

#include "support/tiny_llama.h"
#include "support/tiny_tokenizer.h"

namespace mola {

/// Writes a tiny random model with the tokenizer of 288 pieces.
inline void write_text_model(const TempFolder& folder) {
  auto config = tiny_llama_config();
  config.vocab_size = 288;
  write_llama(folder, config, random_llama(config));
  folder.write("tokenizer.model", tiny_tokenizer_model());
}

}  // namespace mola
