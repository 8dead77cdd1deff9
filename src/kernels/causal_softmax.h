#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Rows begin..end of scores [N, T], in place: row n becomes softmax(scale * row) over its first n
/// mod T + 1 entries, and zero after them. The gradient overwrites the incoming one: ds = scale * p
/// * (dp - sum p dp), zero where p is zero.
#define MOLA_CAUSAL_SOFTMAX_KERNELS(T)                                                         \
  void causal_softmax_rows(T* scores, int64_t time, double scale, int64_t begin, int64_t end); \
  void causal_softmax_gradient_rows(const T* p, T* grad, int64_t time, double scale,           \
                                    int64_t begin, int64_t end);
MOLA_CAUSAL_SOFTMAX_KERNELS(float)
MOLA_CAUSAL_SOFTMAX_KERNELS(BFloat16)
MOLA_CAUSAL_SOFTMAX_KERNELS(double)
#undef MOLA_CAUSAL_SOFTMAX_KERNELS

}  // namespace mola
