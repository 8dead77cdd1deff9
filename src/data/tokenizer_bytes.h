#pragma once

#include <string>

namespace mola {

/// Throws `Error` for a tokenizer.model, called `name`, whose tables of normalizations lead out of
/// themselves: sentencepiece follows them without a check. All other damage it refuses itself.
void check_tokenizer_bytes(const std::string& bytes, const std::string& name);

}  // namespace mola
