#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// sum = x + delta (null: x) and y = weight * sum * inverse [N, size], with
/// inverse = 1 / sqrt(mean(sum^2) + eps) [N].
template <class T>
struct RmsNormArguments {
  static constexpr const char* kSource = "rms_norm";
  static constexpr const char* kName = "rms_norm";
  const T* x;
  const T* delta;
  const T* weight;
  Acc<T> eps;
  T* sum;
  T* y;
  Acc<T>* inverse;
  int64_t rows;
  int64_t size;
  int64_t blocks() const { return rows; }
};

/// dx [N, size]: the gradient of the sum by dy, added to `more` (null: not added); and, unless `y`
/// is null, the norm again. With g = weight * dy it is inverse * (g - sum inverse^2 mean(g sum)).
template <class T>
struct RmsNormGradientArguments {
  static constexpr const char* kSource = "rms_norm";
  static constexpr const char* kName = "rms_norm_gradient";
  const T* dy;
  const T* more;
  const T* sum;
  const T* weight;
  const Acc<T>* inverse;
  T* dx;
  T* y;
  int64_t rows;
  int64_t size;
  int64_t blocks() const { return rows; }
};

/// Rows begin..end on a CPU.
#define MOLA_RMS_NORM_KERNELS(T)                                                           \
  void rms_norm_rows(const RmsNormArguments<T>& arguments, int64_t begin, int64_t end);    \
  void rms_norm_gradient_rows(const RmsNormGradientArguments<T>& arguments, int64_t begin, \
                              int64_t end);
MOLA_RMS_NORM_KERNELS(float)
MOLA_RMS_NORM_KERNELS(BFloat16)
MOLA_RMS_NORM_KERNELS(double)
#undef MOLA_RMS_NORM_KERNELS

}  // namespace mola
