#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The heads of query, key or value in the fused output of their projections, [N, row_width] for
/// the concatenated tokens of all sequences.
struct HeadShape {
  const int64_t* offsets;  ///< the first token of each sequence; N at the end
  int64_t heads;           ///< of this projection
  int64_t head_dim;        ///< D
  int64_t row_width;
  int64_t begin;  ///< first column of this projection
};

/// Tokens begin..end of `wide` -> `heads`, which contains [heads, T, D] of one sequence after the
/// other, each head rotated by the angles of its token, cos and sin [N, D] (null: not rotated), in
/// the half-rotation form. Merging is the reverse, and the gradient: it rotates by the transpose.
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
