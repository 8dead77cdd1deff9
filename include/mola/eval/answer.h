#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

/// The answer that `text` gives: the first of `answers` that stands in it whole, after "Answer:"
/// and "The answer is" where these are. Whole means that no letter or digit touches it, so
/// "unacceptable" holds no "acceptable"; of two that begin at the same place the longer one counts.
/// Empty if there is none.
std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers);

}  // namespace mola
