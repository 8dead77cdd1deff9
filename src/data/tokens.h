#pragma once

#include <string>

#include "mola/data/sequence.h"

namespace mola {

/// A line of {"input_ids": [...], "labels": [...]}. Without labels every token is a label. Throws
/// `Error` for anything else; any other key is refused, since a misspelled "labels" would otherwise
/// go unnoticed.
Sequence parse_tokens(const std::string& line);

}  // namespace mola
