#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mola/data/example.h"
#include "mola/data/task.h"

namespace mola {

/// Reads JSON lines of {"input_ids": [...], "labels": [...]}, the first `limit` of them. Without
/// labels every token is one. Any other key is refused, since a misspelt "labels" would otherwise
/// go unnoticed.
std::vector<Sequence> read_tokens(const std::string& path, OnBadRow on_bad_row, size_t limit);

}  // namespace mola
