#include "kernels/swiglu.h"

#include "kernels/simd.h"
#include "kernels/swiglu_element.h"

namespace mola {
namespace {

template <class T>
inline void swiglu(const SwigluArguments<T>& a, int64_t begin, int64_t end) {
  const int64_t size = a.size;
  for (int64_t n = begin; n < end; ++n) {
    const T* gate = a.gate_up + n * 2 * size;
    const T* up = gate + size;
    T* y = a.y + n * size;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      store(y[i], swiglu_element<Acc<T>>(load(gate[i]), load(up[i]), 0).y);
    }
  }
}

template <class T>
inline void swiglu_gradient(const SwigluGradientArguments<T>& a, int64_t begin, int64_t end) {
  const int64_t size = a.size;
  for (int64_t n = begin; n < end; ++n) {
    const T* gate = a.gate_up + n * 2 * size;
    const T* up = gate + size;
    const T* dy = a.dy + n * size;
    T* y = a.y + n * size;
    T* grad_gate = a.grad + n * 2 * size;
    T* grad_up = grad_gate + size;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const auto element = swiglu_element<Acc<T>>(load(gate[i]), load(up[i]), load(dy[i]));
      store(y[i], element.y);
      store(grad_gate[i], element.grad_gate);
      store(grad_up[i], element.grad_up);
    }
  }
}

}  // namespace

#define MOLA_SWIGLU_KERNELS(T)                                                                    \
  MOLA_KERNEL void swiglu_rows(const SwigluArguments<T>& arguments, int64_t begin, int64_t end) { \
    swiglu(arguments, begin, end);                                                                \
  }                                                                                               \
  MOLA_KERNEL void swiglu_gradient_rows(const SwigluGradientArguments<T>& arguments,              \
                                        int64_t begin, int64_t end) {                             \
    swiglu_gradient(arguments, begin, end);                                                       \
  }
MOLA_SWIGLU_KERNELS(float)
MOLA_SWIGLU_KERNELS(BFloat16)
MOLA_SWIGLU_KERNELS(double)

}  // namespace mola
