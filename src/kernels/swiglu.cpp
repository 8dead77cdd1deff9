#include "kernels/swiglu.h"

namespace mola {
namespace {

template <class T>
inline void swiglu(const T* gate_up, T* y, int64_t size, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const T* gate = gate_up + n * 2 * size;
    const T* up = gate + size;
    T* out = y + n * size;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const Acc<T> g = load(gate[i]);
      store(out[i], g / (1 + exponential(-g)) * load(up[i]));
    }
  }
}

template <class T>
inline void swiglu_gradient(const T* dy, const T* gate_up, T* grad, int64_t size, int64_t begin,
                            int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const T* gate = gate_up + n * 2 * size;
    const T* up = gate + size;
    const T* in = dy + n * size;
    T* grad_gate = grad + n * 2 * size;
    T* grad_up = grad_gate + size;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const Acc<T> g = load(gate[i]);
      const Acc<T> s = 1 / (1 + exponential(-g));
      store(grad_gate[i], load(in[i]) * load(up[i]) * s * (1 + g * (1 - s)));
      store(grad_up[i], load(in[i]) * g * s);
    }
  }
}

}  // namespace

#define MOLA_SWIGLU_KERNELS(T)                                                                     \
  MOLA_KERNEL void swiglu_rows(const T* gate_up, T* y, int64_t size, int64_t begin, int64_t end) { \
    swiglu(gate_up, y, size, begin, end);                                                          \
  }                                                                                                \
  MOLA_KERNEL void swiglu_gradient_rows(const T* dy, const T* gate_up, T* grad, int64_t size,      \
                                        int64_t begin, int64_t end) {                              \
    swiglu_gradient(dy, gate_up, grad, size, begin, end);                                          \
  }
MOLA_SWIGLU_KERNELS(float)
MOLA_SWIGLU_KERNELS(BFloat16)
MOLA_SWIGLU_KERNELS(double)

}  // namespace mola
