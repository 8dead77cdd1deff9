#pragma once

#include <string>
#include <vector>

namespace mola {

/// The candidate with the smallest edit distance to `word`; empty without candidates.
std::string closest_match(const std::string& word, const std::vector<std::string>& candidates);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace mola
