#pragma once

#include <string>

namespace mola {

/// Throws `Error` for a tokenizer.model, called `name`, that sentencepiece does not refuse itself:
/// a table of normalizations leads out of itself, which it follows without a check, or a piece has
/// a NUL, which ends the piece in the trie of a unigram model.
void check_tokenizer_bytes(const std::string& bytes, const std::string& name);

}  // namespace mola
