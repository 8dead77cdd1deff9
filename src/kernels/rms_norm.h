#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Rows begin..end of x [N, H]: y = weight * x * inverse, where inverse[n] = 1 / sqrt(mean(x^2) +
/// eps). Its gradient: with g = weight * dy, dx = inverse * (g - x inverse^2 mean(g x)).
#define MOLA_RMS_NORM_KERNELS(T)                                                                   \
  void rms_norm_rows(const T* x, const T* weight, double eps, T* y, Acc<T>* inverse, int64_t size, \
                     int64_t begin, int64_t end);                                                  \
  void rms_norm_gradient_rows(const T* dy, const T* x, const T* weight, const Acc<T>* inverse,     \
                              T* dx, int64_t size, int64_t begin, int64_t end);
MOLA_RMS_NORM_KERNELS(float)
MOLA_RMS_NORM_KERNELS(BFloat16)
MOLA_RMS_NORM_KERNELS(double)
#undef MOLA_RMS_NORM_KERNELS

}  // namespace mola
