#include "kernels/router.h"

#include <type_traits>

#include "kernels/simd.h"

namespace mola {
namespace {

constexpr int64_t kBlock = 64;  // columns whose sums stay in registers

template <class T>
inline void logits_of(const RouterLogitsArguments<T>& a, const T* x, Acc<T>* logits) {
  int64_t e = 0;
  for (; e + 4 <= a.num_experts; e += 4) {  // each element of x is read once for four experts
    const Acc<T>* r = a.R + e * a.width;
    Acc<T> sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
#pragma omp simd reduction(+ : sum0, sum1, sum2, sum3)
    for (int64_t i = 0; i < a.width; ++i) {
      const Acc<T> value = load(x[i]);
      sum0 += value * r[i];
      sum1 += value * r[i + a.width];
      sum2 += value * r[i + 2 * a.width];
      sum3 += value * r[i + 3 * a.width];
    }
    logits[e] = sum0;
    logits[e + 1] = sum1;
    logits[e + 2] = sum2;
    logits[e + 3] = sum3;
  }
  for (; e < a.num_experts; ++e) {
    const Acc<T>* r = a.R + e * a.width;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < a.width; ++i) sum += load(x[i]) * r[i];
    logits[e] = sum;
  }
}

template <class T>
inline void router_logits(const RouterLogitsArguments<T>& a, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    logits_of(a, a.x + n * a.width, a.logits + n * a.num_experts);
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
inline void router_input_gradient(const RouterInputGradientArguments<T>& a, int64_t begin,
                                  int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const Acc<T>* grad = a.grad_logits + n * a.num_experts;
    for_each_block(0, a.width, [&](int64_t from, auto count) {
      T* row = a.grad_x + n * a.width + from;
      Acc<T> sums[kBlock];
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sums[i] = load(row[i]);
      for (int64_t e = 0; e < a.num_experts; ++e) {
        const Acc<T>* r = a.R + e * a.width + from;
#pragma omp simd
        for (int64_t i = 0; i < count; ++i) sums[i] += grad[e] * r[i];
      }
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) store(row[i], sums[i]);
    });
  }
}

// The gradients of `experts` rows of R from `expert` on, for a block's columns.
template <int experts, class T, class Count>
inline void weight_gradient(const RouterWeightGradientArguments<T>& a, int64_t expert, int64_t from,
                            Count count) {
  Acc<T> sums[experts][kBlock] = {};
  for (int64_t n = 0; n < a.rows; ++n) {
    const Acc<T>* grad = a.grad_logits + n * a.num_experts + expert;
    const T* row = a.x + n * a.width + from;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) {
      for (int e = 0; e < experts; ++e) sums[e][i] += grad[e] * load(row[i]);
    }
  }
  for (int e = 0; e < experts; ++e) {
    Acc<T>* out = a.grad_R + (expert + e) * a.width + from;
    for (int64_t i = 0; i < count; ++i) out[i] = sums[e][i];
  }
}

template <class T>
inline void router_weight_gradient(const RouterWeightGradientArguments<T>& a, int64_t begin,
                                   int64_t end) {
  for_each_block(begin, end, [&](int64_t from, auto count) {
    int64_t e = 0;
    for (; e + 4 <= a.num_experts; e += 4) weight_gradient<4>(a, e, from, count);
    for (; e < a.num_experts; ++e) weight_gradient<1>(a, e, from, count);
  });
}

}  // namespace

#define MOLA_ROUTER_KERNELS(T)                                                                  \
  MOLA_KERNEL void router_logits_rows(const RouterLogitsArguments<T>& arguments, int64_t begin, \
                                      int64_t end) {                                            \
    router_logits(arguments, begin, end);                                                       \
  }                                                                                             \
  MOLA_KERNEL void router_input_gradient_rows(const RouterInputGradientArguments<T>& arguments, \
                                              int64_t begin, int64_t end) {                     \
    router_input_gradient(arguments, begin, end);                                               \
  }                                                                                             \
  MOLA_KERNEL void router_weight_gradient_columns(                                              \
      const RouterWeightGradientArguments<T>& arguments, int64_t begin, int64_t end) {          \
    router_weight_gradient(arguments, begin, end);                                              \
  }
MOLA_ROUTER_KERNELS(float)
MOLA_ROUTER_KERNELS(BFloat16)
MOLA_ROUTER_KERNELS(double)

}  // namespace mola
