#pragma once

#include <string>

namespace mola {

/// The Alpaca prompt, up to and including "### Response:\n". With an empty `input` the template has
/// no input section.
std::string alpaca_prompt(const std::string& instruction, const std::string& input = "");

/// "Answer: X.", the response with the answer X.
std::string answer_response(const std::string& answer);

}  // namespace mola
