#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/loss/unlabelled.h"

namespace mola {

/// One row of a task as text: what the model is asked and what it should answer.
struct Example {
  std::string prompt;
  std::string response;
};

/// One row as tokens. `labels` are aligned with `input_ids` (the shift by one is the loss's);
/// kUnlabelled takes no part in the loss.
struct Sequence {
  std::vector<int64_t> input_ids;
  std::vector<int64_t> labels;
};

}  // namespace mola
