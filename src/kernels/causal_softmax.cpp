#include "kernels/causal_softmax.h"

namespace mola {
namespace {

template <class T>
inline void softmax(T* scores, int64_t time, Acc<T> scale, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    T* row = scores + n * time;
    const int64_t seen = n % time + 1;
    Acc<T> most = load(row[0]);
#pragma omp simd reduction(max : most)
    for (int64_t i = 0; i < seen; ++i) most = load(row[i]) > most ? load(row[i]) : most;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < seen; ++i) sum += exponential((load(row[i]) - most) * scale);
    const Acc<T> factor = 1 / sum;
#pragma omp simd
    for (int64_t i = 0; i < seen; ++i) {
      store(row[i], factor * exponential((load(row[i]) - most) * scale));
    }
    std::memset(row + seen, 0, (time - seen) * sizeof(T));
  }
}

template <class T>
inline void gradient(const T* p, T* grad, int64_t time, Acc<T> scale, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const T* probability = p + n * time;
    T* row = grad + n * time;
    const int64_t seen = n % time + 1;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < seen; ++i) sum += load(probability[i]) * load(row[i]);
#pragma omp simd
    for (int64_t i = 0; i < seen; ++i) {
      store(row[i], scale * load(probability[i]) * (load(row[i]) - sum));
    }
    std::memset(row + seen, 0, (time - seen) * sizeof(T));
  }
}

}  // namespace

#define MOLA_CAUSAL_SOFTMAX_KERNELS(T)                                                           \
  MOLA_KERNEL void causal_softmax_rows(T* scores, int64_t time, double scale, int64_t begin,     \
                                       int64_t end) {                                            \
    softmax(scores, time, static_cast<Acc<T>>(scale), begin, end);                               \
  }                                                                                              \
  MOLA_KERNEL void causal_softmax_gradient_rows(const T* p, T* grad, int64_t time, double scale, \
                                                int64_t begin, int64_t end) {                    \
    gradient(p, grad, time, static_cast<Acc<T>>(scale), begin, end);                             \
  }
MOLA_CAUSAL_SOFTMAX_KERNELS(float)
MOLA_CAUSAL_SOFTMAX_KERNELS(BFloat16)
MOLA_CAUSAL_SOFTMAX_KERNELS(double)

}  // namespace mola
