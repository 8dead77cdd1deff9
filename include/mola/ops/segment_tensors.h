#pragma once

#include <torch/types.h>

#include <cstdint>

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

}  // namespace mola
