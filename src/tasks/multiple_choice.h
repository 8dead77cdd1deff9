#pragma once

#include <string>
#include <vector>

#include "mola/tasks/example.h"
#include "tasks/row.h"

namespace mola {

/// A to E, the answers of multiple choice.
const std::vector<std::string>& choice_letters();

/// The first `count` of them.
std::vector<std::string> letters_of(size_t count);

/// "Answer: The answer is B."
std::string choice_response(const std::string& letter);

/// "(A) first (B) second". Throws `Error` unless there are 2 to 5 options.
std::string render_options(const std::vector<std::string>& options);

/// The letter of the option at the column's number, counted from `first`. Throws `Error` if there
/// is no such option.
std::string letter_at(const Row& row, const std::string& column, size_t options, int64_t first = 0);

/// Asks `question` (the text before the options, without a line end); its answers are one letter
/// for each option.
Example choice_example(const std::string& question, const std::vector<std::string>& options,
                       const std::string& letter);

/// In AllenAI's format: {"question": {"stem": ..., "choices": [{"label": "A", "text": ...}]},
/// "answerKey": "A"}.
Example stem_and_choices_example(const Row& row);

/// The same in the hub's format: {QUESTION: ..., "choices": {"label": ["A"], "text": [...]},
/// "answerKey": "A"}.
Example labelled_choices_example(const Row& row, const std::string& question);

}  // namespace mola
