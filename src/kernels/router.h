#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Sizes: x [N, I], R [E, I], of all routers that read x.
struct RouterShape {
  int64_t num_experts;
  int64_t width;
};

/// Sums of x in bf16 and R in fp32 are fp32, and no logit is rounded to bf16.
///
/// `router_logits_rows`: rows begin..end of the logits [N, E] = x R^T.
/// `router_input_gradient_rows`: adds rows begin..end of dlogits R [N, I] to grad_x.
/// `router_weight_gradient_columns`: columns begin..end of dR [E, I] = dlogits^T x, of `tokens`
/// rows.
#define MOLA_ROUTER_KERNELS(T)                                                                   \
  void router_logits_rows(const RouterShape& shape, const T* x, const Acc<T>* R, Acc<T>* logits, \
                          int64_t begin, int64_t end);                                           \
  void router_input_gradient_rows(const RouterShape& shape, const Acc<T>* grad_logits,           \
                                  const Acc<T>* R, T* grad_x, int64_t begin, int64_t end);       \
  void router_weight_gradient_columns(const RouterShape& shape, int64_t tokens,                  \
                                      const Acc<T>* grad_logits, const T* x, Acc<T>* grad_R,     \
                                      int64_t begin, int64_t end);
MOLA_ROUTER_KERNELS(float)
MOLA_ROUTER_KERNELS(BFloat16)
MOLA_ROUTER_KERNELS(double)
#undef MOLA_ROUTER_KERNELS

}  // namespace mola
