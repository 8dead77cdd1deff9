#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The place of the heads of a segment's tokens in blocks [batch, heads, rows, D].
struct HeadPlace {
  int64_t first;  ///< the segment's first token
  int64_t end;    ///< after its last
  int64_t batch;  ///< of its block
  int64_t row;    ///< of its first token; the others follow
  bool adds;      ///< merging adds to what is there
};

/// The heads of query, key or value in the fused output of their projections, [N, row_width] for
/// the concatenated tokens of all segments.
struct HeadShape {
  const HeadPlace* places;  ///< in the order of their tokens, some of which may have none
  int64_t num_places;
  int64_t rows;   ///< in a block
  int64_t heads;  ///< of this projection
  int64_t head_dim;
  int64_t row_width;
  int64_t begin;  ///< first column of this projection
};

/// Tokens begin..end of `wide` -> `heads`, the blocks, each head rotated by the angles of its
/// token, cos and sin [N, D] (null: not rotated), in the half-rotation form. Merging is the
/// reverse, and the gradient: it rotates by the transpose.
#define MOLA_SPLIT_HEADS_KERNELS(T)                                                         \
  void split_heads_rows(const HeadShape& shape, const T* wide, const T* cos, const T* sin,  \
                        T* heads, int64_t begin, int64_t end);                              \
  void merge_heads_rows(const HeadShape& shape, const T* heads, const T* cos, const T* sin, \
                        T* wide, int64_t begin, int64_t end);
MOLA_SPLIT_HEADS_KERNELS(float)
MOLA_SPLIT_HEADS_KERNELS(BFloat16)
MOLA_SPLIT_HEADS_KERNELS(double)
#undef MOLA_SPLIT_HEADS_KERNELS

}  // namespace mola
