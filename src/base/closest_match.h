#pragma once

#include <string>
#include <vector>

namespace mola {

/// The one of `candidates` with the least edit distance to `word`; empty if there is none.
std::string closest_match(const std::string& word, const std::vector<std::string>& candidates);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace mola
