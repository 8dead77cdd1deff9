#include "kernels/router.h"

namespace mola {
namespace {

constexpr int64_t kBlock = 64;  // columns whose sums stay in registers

template <class T>
inline void logits_of(const RouterShape& shape, const T* x, const Acc<T>* R, Acc<T>* logits) {
  int64_t e = 0;
  for (; e + 4 <= shape.num_experts; e += 4) {  // each element of x is read once for four experts
    const Acc<T>* r = R + e * shape.width;
    Acc<T> sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
#pragma omp simd reduction(+ : sum0, sum1, sum2, sum3)
    for (int64_t i = 0; i < shape.width; ++i) {
      const Acc<T> value = load(x[i]);
      sum0 += value * r[i];
      sum1 += value * r[i + shape.width];
      sum2 += value * r[i + 2 * shape.width];
      sum3 += value * r[i + 3 * shape.width];
    }
    logits[e] = sum0;
    logits[e + 1] = sum1;
    logits[e + 2] = sum2;
    logits[e + 3] = sum3;
  }
  for (; e < shape.num_experts; ++e) {
    const Acc<T>* r = R + e * shape.width;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < shape.width; ++i) sum += load(x[i]) * r[i];
    logits[e] = sum;
  }
}

template <class T>
inline void router_logits(const RouterShape& shape, const T* x, const Acc<T>* R, Acc<T>* logits,
                          int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    logits_of(shape, x + n * shape.width, R, logits + n * shape.num_experts);
  }
}

template <class T>
inline void router_input_gradient(const RouterShape& shape, const Acc<T>* grad_logits,
                                  const Acc<T>* R, T* grad_x, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    T* row = grad_x + n * shape.width;
    for (int64_t from = 0; from < shape.width; from += kBlock) {
      const int64_t count = shape.width - from < kBlock ? shape.width - from : kBlock;
      Acc<T> sums[kBlock];
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sums[i] = load(row[from + i]);
      for (int64_t e = 0; e < shape.num_experts; ++e) {
        const Acc<T> grad = grad_logits[n * shape.num_experts + e];
        const Acc<T>* r = R + e * shape.width + from;
#pragma omp simd
        for (int64_t i = 0; i < count; ++i) sums[i] += grad * r[i];
      }
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) store(row[from + i], sums[i]);
    }
  }
}

template <class T>
inline void router_weight_gradient(const RouterShape& shape, int64_t tokens,
                                   const Acc<T>* grad_logits, const T* x, Acc<T>* grad_R,
                                   int64_t begin, int64_t end) {
  for (int64_t from = begin; from < end; from += kBlock) {
    const int64_t count = end - from < kBlock ? end - from : kBlock;
    for (int64_t e = 0; e < shape.num_experts; ++e) {
      Acc<T> sums[kBlock] = {};
      for (int64_t n = 0; n < tokens; ++n) {
        const Acc<T> grad = grad_logits[n * shape.num_experts + e];
        const T* row = x + n * shape.width + from;
#pragma omp simd
        for (int64_t i = 0; i < count; ++i) sums[i] += grad * load(row[i]);
      }
      for (int64_t i = 0; i < count; ++i) grad_R[e * shape.width + from + i] = sums[i];
    }
  }
}

}  // namespace

#define MOLA_ROUTER_KERNELS(T)                                                                     \
  MOLA_KERNEL void router_logits_rows(const RouterShape& shape, const T* x, const Acc<T>* R,       \
                                      Acc<T>* logits, int64_t begin, int64_t end) {                \
    router_logits(shape, x, R, logits, begin, end);                                                \
  }                                                                                                \
  MOLA_KERNEL void router_input_gradient_rows(const RouterShape& shape, const Acc<T>* grad_logits, \
                                              const Acc<T>* R, T* grad_x, int64_t begin,           \
                                              int64_t end) {                                       \
    router_input_gradient(shape, grad_logits, R, grad_x, begin, end);                              \
  }                                                                                                \
  MOLA_KERNEL void router_weight_gradient_columns(const RouterShape& shape, int64_t tokens,        \
                                                  const Acc<T>* grad_logits, const T* x,           \
                                                  Acc<T>* grad_R, int64_t begin, int64_t end) {    \
    router_weight_gradient(shape, tokens, grad_logits, x, grad_R, begin, end);                     \
  }
MOLA_ROUTER_KERNELS(float)
MOLA_ROUTER_KERNELS(BFloat16)
MOLA_ROUTER_KERNELS(double)

}  // namespace mola
