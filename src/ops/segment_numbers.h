#pragma once

#include <cstdint>
#include <vector>

#include "mola/ops/segment_tensors.h"

namespace mola {

/// The numbers of SegmentTensors, on the host.
class SegmentNumbers {
 public:
  /// `offsets` and `parents` are those of AttentionInputs.
  SegmentNumbers(const std::vector<int64_t>& offsets, const std::vector<int64_t>& parents);

  /// The size of a block of int64 that has them all.
  int64_t size() const;
  void fill(int64_t* block) const;

  /// The tensors within `block`, which `fill` has filled and which may have been copied since.
  SegmentTensors in(const torch::Tensor& block) const;

 private:
  int64_t ends_size() const { return (static_cast<int64_t>(query_ends_.size()) + 1) / 2; }

  std::vector<int32_t> query_ends_ = {0};
  std::vector<int32_t> key_ends_ = {0};
  std::vector<int64_t> key_rows_;  // empty if no segment precedes another
  int64_t most_queries_ = 0;
  int64_t most_keys_ = 0;
};

/// The tensors on `device`, to which they go in one copy that the host does not wait for.
SegmentTensors segment_tensors(const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& parents, torch::Device device);

}  // namespace mola
