#pragma once

#include <string>
#include <vector>

namespace mola {

/// One row of a task as text: the prompt and the expected response.
struct Example {
  std::string prompt;
  std::string response;
  std::vector<std::string> answers = {};  ///< of this row, such as A, B, C; empty: the task's
  std::string place = "";                 ///< location of the row, such as "train.tsv:12"
  std::string topic = "";                 ///< such as "biology"; empty if the task has none
};

}  // namespace mola
