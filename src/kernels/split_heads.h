#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The heads of one of query, key and value in the wide output of their projections.
struct HeadShape {
  int64_t time;       ///< T, tokens a sequence
  int64_t heads;      ///< of this projection
  int64_t head_dim;   ///< D
  int64_t row_width;  ///< of the wide matrix
  int64_t begin;      ///< of this projection's columns in it
  bool one_table;     ///< all sequences have the angles of the first
};

/// Tokens begin..end of wide [B T, row_width] -> heads [B, heads, T, D], each head turned by the
/// angles of its token, cos and sin [B, T, D] (null: not turned), in the half-rotation form. And
/// the gradient, from heads back to the wide matrix.
#define MOLA_SPLIT_HEADS_KERNELS(T)                                                         \
  void split_heads_rows(const HeadShape& shape, const T* wide, const T* cos, const T* sin,  \
                        T* heads, int64_t begin, int64_t end);                              \
  void split_heads_gradient_rows(const HeadShape& shape, const T* grad_heads, const T* cos, \
                                 const T* sin, T* grad_wide, int64_t begin, int64_t end);
MOLA_SPLIT_HEADS_KERNELS(float)
MOLA_SPLIT_HEADS_KERNELS(BFloat16)
MOLA_SPLIT_HEADS_KERNELS(double)
#undef MOLA_SPLIT_HEADS_KERNELS

}  // namespace mola
