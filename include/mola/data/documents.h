#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/data/sequence.h"
#include "mola/data/tokenizer.h"

namespace mola {

/// Reads plain text to pretrain on: JSON lines of {"text": "..."}, one document each. Throws
/// `Error` for a line that is something else, and for a file without any.
std::vector<std::string> read_documents(const std::string& path);

/// bos + tokens + eos of each document, cut into pieces of at most `max_length` tokens; every token
/// is labelled.
std::vector<Sequence> encode_documents(const Tokenizer& tokenizer,
                                       const std::vector<std::string>& documents,
                                       int64_t max_length);

}  // namespace mola
