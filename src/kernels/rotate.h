#pragma once

#include "kernels/simd.h"

namespace mola {

/// Rotates a head x [2 half] by the angles of its token, in the half-rotation form: y = x cos +
/// rotate_half(x) sin.
template <class T>
inline void rotate_head(const T* x, const T* cos, const T* sin, T* y, int64_t half) {
#pragma omp simd
  for (int64_t i = 0; i < half; ++i) {
    const Acc<T> low = load(x[i]);
    const Acc<T> high = load(x[i + half]);
    store(y[i], low * load(cos[i]) - high * load(sin[i]));
    store(y[i + half], high * load(cos[i + half]) + low * load(sin[i + half]));
  }
}

}  // namespace mola
