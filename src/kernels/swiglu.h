#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Rows begin..end of gate_up [N, 2F], gate next to up: y = silu(gate) * up [N, F]. Its
/// gradient: with s = sigmoid(gate), dgate = dy up s (1 + gate (1 - s)) and dup = dy gate s.
#define MOLA_SWIGLU_KERNELS(T)                                                                   \
  void swiglu_rows(const T* gate_up, T* y, int64_t size, int64_t begin, int64_t end);            \
  void swiglu_gradient_rows(const T* dy, const T* gate_up, T* grad, int64_t size, int64_t begin, \
                            int64_t end);
MOLA_SWIGLU_KERNELS(float)
MOLA_SWIGLU_KERNELS(BFloat16)
MOLA_SWIGLU_KERNELS(double)
#undef MOLA_SWIGLU_KERNELS

}  // namespace mola
