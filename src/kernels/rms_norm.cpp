#include "kernels/rms_norm.h"

#include "kernels/simd.h"

// Loops read what stays the same from local variables: the compiler cannot know that what they
// store does not change the arguments.

namespace mola {
namespace {

template <class T>
inline void add(const T* x, const T* delta, T* sum, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) store(sum[i], load(x[i]) + load(delta[i]));
}

template <class T>
inline void scale(const T* x, const T* weight, Acc<T> factor, T* y, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) store(y[i], load(weight[i]) * (load(x[i]) * factor));
}

template <class T>
inline void norm(const RmsNormArguments<T>& a, int64_t begin, int64_t end) {
  const T* weight = a.weight;
  const int64_t size = a.size;
  for (int64_t n = begin; n < end; ++n) {
    const int64_t row = n * size;
    if (a.delta != nullptr) add(a.x + row, a.delta + row, a.sum + row, size);
    const T* in = (a.delta != nullptr ? a.sum : a.x) + row;
    Acc<T> squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < size; ++i) squares += load(in[i]) * load(in[i]);
    const Acc<T> factor = 1 / std::sqrt(squares / static_cast<Acc<T>>(size) + a.eps);
    a.inverse[n] = factor;
    scale(in, weight, factor, a.y + row, size);
  }
}

template <bool adds, class T>
inline void gradient(const RmsNormGradientArguments<T>& a, int64_t begin, int64_t end) {
  const T* weight = a.weight;
  const int64_t size = a.size;
  for (int64_t n = begin; n < end; ++n) {
    const T* grad = a.dy + n * size;
    const T* in = a.sum + n * size;
    T* out = a.dx + n * size;
    Acc<T> product = 0;
#pragma omp simd reduction(+ : product)
    for (int64_t i = 0; i < size; ++i) product += load(grad[i]) * load(weight[i]) * load(in[i]);
    const Acc<T> factor = a.inverse[n];
    const Acc<T> pull = product / static_cast<Acc<T>>(size) * factor * factor;
    const T* more = a.more + n * size;
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
      const Acc<T> own = factor * (load(grad[i]) * load(weight[i]) - load(in[i]) * pull);
      store(out[i], adds ? load(more[i]) + own : own);
    }
    if (a.y != nullptr) scale(in, weight, factor, a.y + n * size, size);
  }
}

template <class T>
inline void norm_gradient(const RmsNormGradientArguments<T>& arguments, int64_t begin,
                          int64_t end) {
  if (arguments.more != nullptr) {
    gradient<true>(arguments, begin, end);
  } else {
    gradient<false>(arguments, begin, end);
  }
}

}  // namespace

#define MOLA_RMS_NORM_KERNELS(T)                                                        \
  MOLA_KERNEL void rms_norm_rows(const RmsNormArguments<T>& arguments, int64_t begin,   \
                                 int64_t end) {                                         \
    norm(arguments, begin, end);                                                        \
  }                                                                                     \
  MOLA_KERNEL void rms_norm_gradient_rows(const RmsNormGradientArguments<T>& arguments, \
                                          int64_t begin, int64_t end) {                 \
    norm_gradient(arguments, begin, end);                                               \
  }
MOLA_RMS_NORM_KERNELS(float)
MOLA_RMS_NORM_KERNELS(BFloat16)
MOLA_RMS_NORM_KERNELS(double)

}  // namespace mola
