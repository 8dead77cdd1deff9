#include "mola/tasks/prompt.h"

namespace mola {

std::string alpaca_prompt(const std::string& instruction, const std::string& input) {
  const std::string context =
      input.empty() ? "" : ", paired with an input that provides further context";
  const std::string input_section = input.empty() ? "" : "### Input:\n" + input + "\n\n";
  return "Below is an instruction that describes a task" + context +
         ". Write a response that appropriately completes the request.\n\n"
         "### Instruction:\n" +
         instruction + "\n\n" + input_section + "### Response:\n";
}

std::string answer_response(const std::string& answer) { return "Answer: " + answer + "."; }

}  // namespace mola
