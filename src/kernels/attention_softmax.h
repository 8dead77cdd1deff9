#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The scores of a segment's queries against the keys of one segment.
struct ScoreBlock {
  int64_t part;         ///< the index of the matrix that holds them
  int64_t first;        ///< its element for the first head and token
  int64_t head_stride;  ///< elements from one head to the next
  int64_t width;        ///< elements from one token to the next: all keys, with padding
  int64_t keys;         ///< without padding
  bool is_causal;       ///< token t sees the keys 0..t, otherwise all
};

/// A segment and the blocks with the scores of its queries: of the segments that precede it and of
/// its own.
struct ScoreChain {
  int64_t first;  ///< the segment's first token
  int64_t end;    ///< after its last
  int64_t first_block;
  int64_t num_blocks;
};

struct ScoreShape {
  const ScoreChain* chains;  ///< in the order of their tokens
  int64_t num_chains;
  const ScoreBlock* blocks;
  int64_t heads;
  double scale;
};

/// Each query's scores over all its blocks become softmax(scale * scores), in place, and zero for
/// keys that it does not see; for all heads of the tokens begin..end. `scores` has the matrices of
/// all parts. The gradient overwrites the incoming one: ds = scale * p * (dp - sum p dp).
#define MOLA_ATTENTION_SOFTMAX_KERNELS(T)                                                    \
  void attention_softmax_rows(const ScoreShape& shape, T* const* scores, int64_t begin,      \
                              int64_t end);                                                  \
  void attention_softmax_gradient_rows(const ScoreShape& shape, T* const* p, T* const* grad, \
                                       int64_t begin, int64_t end);
MOLA_ATTENTION_SOFTMAX_KERNELS(float)
MOLA_ATTENTION_SOFTMAX_KERNELS(BFloat16)
MOLA_ATTENTION_SOFTMAX_KERNELS(double)
#undef MOLA_ATTENTION_SOFTMAX_KERNELS

}  // namespace mola
