#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

/// The answer in `text`: the first of `answers` that follows "Answer:", "The answer is" or both as
/// a whole, such as "Answer: The answer is B." Whole means that no letter or digit follows; of two
/// that begin alike, the longer one counts. Empty if there is none.
std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers);

/// Whether `text` has an answer that no further text can change.
bool has_settled_answer(const std::string& text, const std::vector<std::string>& answers);

}  // namespace mola
