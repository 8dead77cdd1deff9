#pragma once

#include <string>

namespace mola {

/// The Alpaca prompt, up to and including "### Response:\n". An empty `input` takes the template
/// without an input section.
std::string alpaca_prompt(const std::string& instruction, const std::string& input = "");

/// "Answer: X.", the response that carries the answer X.
std::string answer_response(const std::string& answer);

}  // namespace mola
