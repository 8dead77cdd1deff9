#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/data/tokenizer.h"

namespace mola {

/// Trains a tokenizer of `vocab_size` pieces on `texts`, with LLaMA's settings: byte-pair merges
/// within words, split digits, byte fallback, no normalization; unk 0, bos 1, eos 2. A word of more
/// than 4096 bytes, such as a gene or a page of Chinese, is learned from in parts of that length.
/// The same texts give the same tokenizer. Throws `Error` if they do not yield that many pieces.
Tokenizer train_tokenizer(const std::vector<std::string>& texts, int64_t vocab_size);

}  // namespace mola
