#pragma once

#include <string>

#include "mola/data/sequence.h"
#include "mola/data/tokenizer.h"
#include "mola/tasks/example.h"

namespace mola {

/// {"prompt", "response"} on one line.
std::string preview_json(const Example& example);

/// The same with "input_ids", "pieces" and "labels" of its tokens.
std::string preview_json(const Example& example, const Sequence& sequence,
                         const Tokenizer& tokenizer);

/// A line for each token: its position, id and piece, and a star if it contributes to the loss.
std::string preview_tokens(const Sequence& sequence, const Tokenizer& tokenizer);

}  // namespace mola
