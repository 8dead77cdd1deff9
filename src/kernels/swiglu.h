#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// y [N, size] = silu(gate) * up of gate_up [N, 2 size].
template <class T>
struct SwigluArguments {
  static constexpr const char* kSource = "swiglu";
  static constexpr const char* kName = "swiglu";
  const T* gate_up;
  T* y;
  int64_t rows;
  int64_t size;
  int64_t blocks() const { return ceil_divide(rows * ceil_divide(size, kPack<T>), kThreads); }
};

/// The same y, and the gradient of gate_up by dy [N, size]: with s = sigmoid(gate),
/// dgate = dy up s (1 + gate (1 - s)) and dup = dy gate s.
template <class T>
struct SwigluGradientArguments {
  static constexpr const char* kSource = "swiglu";
  static constexpr const char* kName = "swiglu_gradient";
  const T* dy;
  const T* gate_up;
  T* y;
  T* grad;
  int64_t rows;
  int64_t size;
  int64_t blocks() const { return ceil_divide(rows * ceil_divide(size, kPack<T>), kThreads); }
};

/// Rows begin..end on a CPU.
#define MOLA_SWIGLU_KERNELS(T)                                                          \
  void swiglu_rows(const SwigluArguments<T>& arguments, int64_t begin, int64_t end);    \
  void swiglu_gradient_rows(const SwigluGradientArguments<T>& arguments, int64_t begin, \
                            int64_t end);
MOLA_SWIGLU_KERNELS(float)
MOLA_SWIGLU_KERNELS(BFloat16)
MOLA_SWIGLU_KERNELS(double)
#undef MOLA_SWIGLU_KERNELS

}  // namespace mola
