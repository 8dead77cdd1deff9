#include "kernels/router.h"

#include <type_traits>

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

// Calls `act(from, count)` for each block of the columns begin..end; the count of a whole block is
// a constant, so that its sums stay in registers.
template <class Act>
inline void for_each_block(int64_t begin, int64_t end, const Act& act) {
  int64_t from = begin;
  for (; from + kBlock <= end; from += kBlock) act(from, std::integral_constant<int64_t, kBlock>());
  if (from < end) act(from, end - from);
}

template <class T>
inline void router_input_gradient(const RouterShape& shape, const Acc<T>* grad_logits,
                                  const Acc<T>* R, T* grad_x, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const Acc<T>* grad = grad_logits + n * shape.num_experts;
    for_each_block(0, shape.width, [&](int64_t from, auto count) {
      T* row = grad_x + n * shape.width + from;
      Acc<T> sums[kBlock];
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sums[i] = load(row[i]);
      for (int64_t e = 0; e < shape.num_experts; ++e) {
        const Acc<T>* r = R + e * shape.width + from;
#pragma omp simd
        for (int64_t i = 0; i < count; ++i) sums[i] += grad[e] * r[i];
      }
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) store(row[i], sums[i]);
    });
  }
}

// The gradients of `experts` rows of R, for a block's columns.
template <int experts, class T, class Count>
inline void weight_gradient(const RouterShape& shape, int64_t tokens, const Acc<T>* grad_logits,
                            const T* x, Acc<T>* grad_R, Count count) {
  Acc<T> sums[experts][kBlock] = {};
  for (int64_t n = 0; n < tokens; ++n) {
    const Acc<T>* grad = grad_logits + n * shape.num_experts;
    const T* row = x + n * shape.width;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) {
      for (int e = 0; e < experts; ++e) sums[e][i] += grad[e] * load(row[i]);
    }
  }
  for (int e = 0; e < experts; ++e) {
    for (int64_t i = 0; i < count; ++i) grad_R[e * shape.width + i] = sums[e][i];
  }
}

template <class T>
inline void router_weight_gradient(const RouterShape& shape, int64_t tokens,
                                   const Acc<T>* grad_logits, const T* x, Acc<T>* grad_R,
                                   int64_t begin, int64_t end) {
  for_each_block(begin, end, [&](int64_t from, auto count) {
    int64_t e = 0;
    const auto next = [&](auto experts) {
      weight_gradient<experts>(shape, tokens, grad_logits + e, x + from,
                               grad_R + e * shape.width + from, count);
      e += experts;
    };
    while (e + 4 <= shape.num_experts) next(std::integral_constant<int, 4>());
    while (e < shape.num_experts) next(std::integral_constant<int, 1>());
  });
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
