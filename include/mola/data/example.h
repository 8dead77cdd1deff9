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
  std::vector<std::string> answers = {};  ///< those of this row, such as A, B, C; none: the task's
  std::string place = "";                 ///< where the row stands, such as "train.tsv:12"
  std::string topic = "";                 ///< such as "biology"; empty where the task has none
};

/// One row as tokens. `labels` are aligned with `input_ids` (the shift by one is the loss's);
/// kUnlabelled takes no part in the loss.
struct Sequence {
  std::vector<int64_t> input_ids;
  std::vector<int64_t> labels;
};

/// Whether the loss looks at position t: it is labelled, and a token before it predicts it.
inline bool is_target(const Sequence& sequence, size_t t) {
  return t > 0 && sequence.labels[t] != kUnlabelled;
}

inline int64_t count_targets(const Sequence& sequence) {
  int64_t count = 0;
  for (size_t t = 0; t < sequence.labels.size(); ++t) count += is_target(sequence, t) ? 1 : 0;
  return count;
}

}  // namespace mola
