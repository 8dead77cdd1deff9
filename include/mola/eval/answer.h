#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

/// The answer that `text` gives: the first of `answers` that stands whole behind "Answer:", "The
/// answer is" or both, such as "Answer: The answer is B." Whole means that no letter or digit
/// follows; of two that begin alike the longer one counts. Empty if there is none.
std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers);

/// Whether `text` gives an answer that no further text can change.
bool has_settled_answer(const std::string& text, const std::vector<std::string>& answers);

}  // namespace mola
