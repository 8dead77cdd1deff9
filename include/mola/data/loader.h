#pragma once

#include <cstdint>
#include <vector>

#include "mola/data/sequence.h"

namespace mola {

struct LoaderOptions {
  int64_t batch_size = 128;      ///< sequences per optimizer step
  int64_t micro_batch_size = 8;  ///< sequences per forward pass
  bool shuffle = true;
  bool group_by_length = true;
  int64_t seed = 10;
  int64_t packed_tokens = 0;  ///< packing: maximum computed tokens per micro-batch; 0: none
  bool share_prefix = false;  ///< compute common beginnings once
};

/// The sequences of one forward pass, which do not see each other.
using MicroBatch = std::vector<const Sequence*>;

/// Splits a data set into optimizer steps and these into micro-batches. The sequences of a step
/// depend only on seed, epoch and index, so a run can resume anywhere. Grouping sorts the sequences
/// of one step by length before they are split into micro-batches: every step stays a random
/// sample. Packing fills micro-batches by tokens instead of by sequences, first-fit from the
/// longest, so that short sequences give few, full micro-batches. Sequences of equal length are
/// sorted by their tokens, so that those with equal beginnings meet.
///
/// The order is the same on every machine. Each thread needs its own loader, since a loader caches
/// the order of the last epoch.
class Loader {
 public:
  /// Throws `Error` if there are no sequences, one is empty or has labels of another length, or a
  /// size is below 1 (packed_tokens: below 0).
  Loader(std::vector<Sequence> sequences, const LoaderOptions& options);

  /// ceil(sequences / batch_size); the last step of an epoch may be smaller.
  int64_t steps_per_epoch() const;

  /// The micro-batches of the step `index` (from 0) of `epoch` (from 0). The pointers are valid as
  /// long as the loader. Throws `Error` if there is no such step.
  std::vector<MicroBatch> step(int64_t epoch, int64_t index) const;

  const LoaderOptions& options() const { return options_; }

 private:
  const std::vector<size_t>& order_of(int64_t epoch) const;

  std::vector<Sequence> sequences_;
  LoaderOptions options_;
  mutable std::vector<size_t> order_;  // of order_epoch_
  mutable int64_t order_epoch_ = -1;
};

}  // namespace mola
