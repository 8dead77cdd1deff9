#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/mola.h"

namespace mola {

/// Training on real rows, as `mola finetune` does it, without writing anything.
struct RowsSpeed {
  int64_t rows = 0;
  int64_t tokens = 0;                   ///< of all rows
  int64_t computed_tokens = 0;          ///< where rows of a micro-batch share beginnings, fewer
  double choice_seconds = 0;            ///< in which the methods of products were chosen
  std::vector<double> epoch_seconds;    ///< of each epoch
  double gigabytes_after_20_steps = 0;  ///< resident; 0 if there are fewer steps
  double gigabytes = 0;                 ///< resident at the end
};

/// Trains on the rows of `run` for its epochs; `pack_weights` as for `choose_timed`.
RowsSpeed time_rows(const RunConfig& run, const std::string& pack_weights);

}  // namespace mola
