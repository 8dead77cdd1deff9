#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The heads of one of query, key and value in the wide output of their projections, [N, row_width]
/// for the tokens of all sequences end to end.
struct HeadShape {
  const int64_t* offsets;  ///< where each sequence begins among the tokens; N at the end
  int64_t heads;           ///< of this projection
  int64_t head_dim;        ///< D
  int64_t row_width;
  int64_t begin;  ///< of this projection's columns
};

/// Tokens begin..end of `wide` -> `heads`, which holds [heads, T, D] of one sequence after the
/// other, each head turned by the angles of its token, cos and sin [N, D] (null: not turned), in
/// the half-rotation form. Merging is the way back, and the gradient: it turns by the transpose.
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
