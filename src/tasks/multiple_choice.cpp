#include "tasks/multiple_choice.h"

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"

namespace mola {
namespace {

void check_options(size_t options) {
  const size_t most = choice_letters().size();
  if (options < 2 || options > most) {
    fail("found ", options, " options, expected 2 to ", most);
  }
}

// The letter of the option whose label is in answerKey.
std::string letter_labelled(const Row& row, const std::vector<std::string>& labels) {
  check_options(labels.size());
  std::vector<std::pair<std::string, std::string>> letters;
  for (size_t i = 0; i < labels.size(); ++i) letters.emplace_back(labels[i], choice_letters()[i]);
  return row.choice("answerKey", letters);
}

}  // namespace

const std::vector<std::string>& choice_letters() {
  static const std::vector<std::string> kLetters = {"A", "B", "C", "D", "E"};
  return kLetters;
}

std::vector<std::string> letters_of(size_t count) {
  check_options(count);
  const auto first = choice_letters().begin();
  return {first, first + static_cast<int64_t>(count)};
}

std::string choice_response(const std::string& letter) {
  return answer_response("The answer is " + letter);
}

std::string render_options(const std::vector<std::string>& options) {
  check_options(options.size());
  std::string text;
  for (size_t i = 0; i < options.size(); ++i) {
    text += (i == 0 ? "(" : " (") + choice_letters()[i] + ") " + options[i];
  }
  return text;
}

std::string letter_at(const Row& row, const std::string& column, size_t options, int64_t first) {
  const auto letters = letters_of(options);
  const int64_t number = row.integer(column);
  const int64_t last = first + static_cast<int64_t>(options) - 1;
  if (number < first || number > last) {
    row.refuse(column, "found " + std::to_string(number) + ", expected a number from " +
                           std::to_string(first) + " to " + std::to_string(last) +
                           ", one for each option");
  }
  return letters[number - first];
}

Example choice_example(const std::string& question, const std::vector<std::string>& options,
                       const std::string& letter) {
  const std::string instruction = question + "\nOptions: " + render_options(options) + "\n";
  return {alpaca_prompt(instruction), choice_response(letter), letters_of(options.size())};
}

Example stem_and_choices_example(const Row& row) {
  const Row question = row.object("question");
  std::vector<std::string> labels, options;
  for (const Row& choice : question.objects("choices")) {
    labels.push_back(choice.text("label"));
    options.push_back(choice.text("text"));
  }
  return choice_example("Question: " + question.text("stem"), options,
                        letter_labelled(row, labels));
}

Example labelled_choices_example(const Row& row, const std::string& question) {
  const Row choices = row.object("choices");
  const auto options = choices.texts("text");
  const auto labels = choices.texts("label");
  if (labels.size() != options.size()) {
    choices.refuse("label", "found " + std::to_string(labels.size()) + " labels, expected " +
                                std::to_string(options.size()) + ", one for each text");
  }
  return choice_example("Question: " + row.text(question), options, letter_labelled(row, labels));
}

}  // namespace mola
