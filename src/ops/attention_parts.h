#pragma once

#include <cstdint>
#include <vector>

#include "kernels/attention_softmax.h"
#include "kernels/split_heads.h"

namespace mola {

/// Products of queries with keys: in each batch, the queries are tokens of some segments, and the
/// keys those of one segment, which precedes them or is their own. Either segments of about equal
/// length, each with itself (a batch for each); or all that share a beginning with that beginning,
/// so that the gradients of its keys are sums over all rows within one product.
struct AttentionPart {
  std::vector<HeadPlace> queries;  ///< in the order of their tokens
  std::vector<HeadPlace> keys;
  int64_t batches = 1;
  int64_t query_rows = 0;  ///< of a batch, with padding
  int64_t key_rows = 0;    ///< of a batch, with padding
};

/// How a forward pass's attention is cut into products.
struct AttentionParts {
  /// Those of later segments first, so that what precedes them adds to their results.
  std::vector<AttentionPart> list;
  std::vector<ScoreChain> chains;  ///< of each segment
  std::vector<ScoreBlock> blocks;  ///< of all chains
};

/// The parts for segments that begin at `offsets`, with N at the end; `parents` has the segment
/// before each, or -1, or is empty (AttentionInputs). `heads` is the number of query heads.
AttentionParts attention_parts(const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& parents, int64_t heads);

}  // namespace mola
