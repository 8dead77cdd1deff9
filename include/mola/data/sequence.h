#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mola/loss/ignore_index.h"

namespace mola {

/// One row as tokens. `labels` are aligned with `input_ids` (the loss shifts them by one);
/// kIgnoreIndex does not contribute to the loss.
struct Sequence {
  std::vector<int64_t> input_ids;
  std::vector<int64_t> labels;
};

/// Whether position t contributes to the loss: it is labelled, and a token before it predicts it.
inline bool is_target(const Sequence& sequence, size_t t) {
  return t > 0 && sequence.labels[t] != kIgnoreIndex;
}

inline int64_t count_targets(const Sequence& sequence) {
  int64_t count = 0;
  for (size_t t = 0; t < sequence.labels.size(); ++t) count += is_target(sequence, t) ? 1 : 0;
  return count;
}

}  // namespace mola
