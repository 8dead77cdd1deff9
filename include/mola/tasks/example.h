#pragma once

#include <string>
#include <vector>

namespace mola {

/// One row of a task as text: what the model is asked and what it should answer.
struct Example {
  std::string prompt;
  std::string response;
  std::vector<std::string> answers = {};  ///< those of this row, such as A, B, C; none: the task's
  std::string place = "";                 ///< where the row stands, such as "train.tsv:12"
  std::string topic = "";                 ///< such as "biology"; empty where the task has none
};

}  // namespace mola
