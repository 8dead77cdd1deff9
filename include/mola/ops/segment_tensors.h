#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace mola {

/// The S segments of AttentionInputs on a GPU: each attends to its own tokens and to those of all
/// segments that precede it.
struct SegmentTensors {
  torch::Tensor query_ends;  ///< [S + 1] int32: 0, and where the queries of each end
  torch::Tensor key_ends;    ///< [S + 1] int32: the same of their keys
  torch::Tensor key_rows;    ///< [keys] int64: the token of each key; undefined: as the queries
  int64_t most_queries = 0;  ///< of a segment
  int64_t most_keys = 0;     ///< of a segment
};

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
