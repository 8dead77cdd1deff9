#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// One projection's mixture between its two low-rank products, for tokens begin..end. Sizes: E
/// experts, K top_k, r rank; the strides are the distances between rows of hidden and of the
/// logits.
struct GateShape {
  int64_t num_experts;
  int64_t top_k;
  int64_t rank;
  int64_t stride;
  int64_t logits_stride;
  double scaling;
};

/// `gate_rows`: from hidden = A x [N, E r] and logits [N, E]: probabilities p = softmax(logits)
/// [N, E], the K largest as indices [N, K] and, scaled to sum to 1, as weights [N, K]; and
/// gated[n, e r + i] = scaling * weight of e * hidden[n, e r + i], zero for experts not chosen.
///
/// `gate_gradient_rows`: from the gradients of `gated` [N, E r] and of `probabilities` [N, E] to
/// those of hidden and logits, with the same strides.
#define MOLA_GATE_KERNELS(T)                                                            \
  void gate_rows(const GateShape& shape, const T* hidden, const Acc<T>* logits,         \
                 Acc<T>* probabilities, Acc<T>* weights, int64_t* indices, T* gated,    \
                 int64_t begin, int64_t end);                                           \
  void gate_gradient_rows(const GateShape& shape, const T* hidden, const T* grad_gated, \
                          const Acc<T>* probabilities, const Acc<T>* weights,           \
                          const int64_t* indices, const Acc<T>* grad_probabilities,     \
                          T* grad_hidden, Acc<T>* grad_logits, int64_t begin, int64_t end);
MOLA_GATE_KERNELS(float)
MOLA_GATE_KERNELS(BFloat16)
MOLA_GATE_KERNELS(double)
#undef MOLA_GATE_KERNELS

}  // namespace mola
