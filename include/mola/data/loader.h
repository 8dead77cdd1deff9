#pragma once

#include <cstdint>
#include <vector>

#include "mola/data/sequence.h"

namespace mola {

struct LoaderOptions {
  int64_t batch_size = 128;      ///< sequences of one optimizer step
  int64_t micro_batch_size = 8;  ///< sequences of one forward pass
  bool shuffle = true;
  bool group_by_length = true;
  int64_t seed = 10;
  int64_t packed_tokens = 0;  ///< packing: the tokens that fill a micro-batch; 0: no packing
};

/// The sequences of one forward pass, which computes each by itself and no padding.
using MicroBatch = std::vector<const Sequence*>;

/// Cuts a data set into optimizer steps and these into micro-batches. Which sequences a step holds
/// depends on seed, epoch and index alone, so a run can go on anywhere. Grouping sorts the
/// sequences of one step by length before they are cut into micro-batches: every step stays a
/// random sample. Packing fills micro-batches by tokens instead of by sequences, first-fit from the
/// longest, so that short sequences make few and full ones.
///
/// The order is the same on every machine. Two threads need a loader each, since it keeps the order
/// of the epoch asked for last.
class Loader {
 public:
  /// Throws `Error` if there are no sequences, one is empty or has labels of another length, or a
  /// size is below 1 (packed_tokens: below 0).
  Loader(std::vector<Sequence> sequences, const LoaderOptions& options);

  /// ceil(sequences / batch_size); the last step of an epoch may be smaller.
  int64_t steps_per_epoch() const;

  /// The micro-batches of the step `index` (from 0) of `epoch` (from 0). The pointers live as long
  /// as the loader. Throws `Error` if there is no such step.
  std::vector<MicroBatch> step(int64_t epoch, int64_t index) const;

 private:
  const std::vector<size_t>& order_of(int64_t epoch) const;

  std::vector<Sequence> sequences_;
  LoaderOptions options_;
  mutable std::vector<size_t> order_;  // of order_epoch_
  mutable int64_t order_epoch_ = -1;
};

}  // namespace mola
