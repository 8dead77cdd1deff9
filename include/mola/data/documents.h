#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/data/sequence.h"
#include "mola/data/tokenizer.h"

namespace mola {

/// Reads text for pretraining: JSON lines of {"text": "..."}, one document each. Throws `Error` for
/// any other line, and for a file without documents.
std::vector<std::string> read_documents(const std::string& path);

/// bos + tokens + eos of each document, split into pieces of at most `max_length` tokens; every
/// token is labelled.
std::vector<Sequence> encode_documents(const Tokenizer& tokenizer,
                                       const std::vector<std::string>& documents,
                                       int64_t max_length);

}  // namespace mola
