#include "kernels/rms_norm.h"

namespace mola {
namespace {

template <class T>
inline void norm(const T* x, const T* weight, Acc<T> eps, T* y, Acc<T>* inverse, int64_t size,
                 int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const T* in = x + n * size;
    T* out = y + n * size;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < size; ++i) sum += load(in[i]) * load(in[i]);
    const Acc<T> factor = 1 / std::sqrt(sum / static_cast<Acc<T>>(size) + eps);
    inverse[n] = factor;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) store(out[i], load(weight[i]) * (load(in[i]) * factor));
  }
}

template <class T>
inline void norm_gradient(const T* dy, const T* x, const T* weight, const Acc<T>* inverse, T* dx,
                          int64_t size, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const T* grad = dy + n * size;
    const T* in = x + n * size;
    T* out = dx + n * size;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < size; ++i) sum += load(grad[i]) * load(weight[i]) * load(in[i]);
    const Acc<T> factor = inverse[n];
    const Acc<T> pull = sum / static_cast<Acc<T>>(size) * factor * factor;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      store(out[i], factor * (load(grad[i]) * load(weight[i]) - load(in[i]) * pull));
    }
  }
}

}  // namespace

#define MOLA_RMS_NORM_KERNELS(T)                                                                 \
  MOLA_KERNEL void rms_norm_rows(const T* x, const T* weight, double eps, T* y, Acc<T>* inverse, \
                                 int64_t size, int64_t begin, int64_t end) {                     \
    norm(x, weight, static_cast<Acc<T>>(eps), y, inverse, size, begin, end);                     \
  }                                                                                              \
  MOLA_KERNEL void rms_norm_gradient_rows(const T* dy, const T* x, const T* weight,              \
                                          const Acc<T>* inverse, T* dx, int64_t size,            \
                                          int64_t begin, int64_t end) {                          \
    norm_gradient(dy, x, weight, inverse, dx, size, begin, end);                                 \
  }
MOLA_RMS_NORM_KERNELS(float)
MOLA_RMS_NORM_KERNELS(BFloat16)
MOLA_RMS_NORM_KERNELS(double)

}  // namespace mola
