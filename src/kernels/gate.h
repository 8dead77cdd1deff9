#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// The most experts of a mixture, and rows (of a token and a mixture) of a block of the gate's
/// kernels.
constexpr int64_t kMostGateExperts = 128;
constexpr int64_t kGateRows = 16;

/// Mixtures of one shape between their two low-rank products. Sizes: N tokens, P mixtures, E
/// experts, K top_k, r rank. From hidden = A x [N, P E r] and logits [N, P E], which have the
/// columns of all mixtures side by side and a stride between their rows: probabilities p =
/// softmax(logits) [P, N, E], the K largest as indices [P, N, K] and, scaled to sum to 1, as
/// weights [P, N, K]; and gated [P, N, E r]: scaling * weight * hidden of each expert, zero for
/// experts not chosen.
template <class T>
struct GateArguments {
  static constexpr const char* kSource = "gate";
  static constexpr const char* kName = "gate";
  int64_t tokens;
  int64_t mixtures;
  int64_t num_experts;
  int64_t top_k;
  int64_t rank;
  int64_t stride;  // of hidden
  int64_t logits_stride;
  Acc<T> scaling;
  const T* hidden;
  const Acc<T>* logits;
  Acc<T>* probabilities;
  Acc<T>* weights;
  int64_t* indices;
  T* gated;
  int64_t blocks() const { return ceil_divide(tokens * mixtures, kGateRows); }
};

/// From the gradients of `gated` and of `probabilities` to those of hidden and logits, with the
/// same strides. The rows of `grad_probabilities` have strides too, which may be 0.
template <class T>
struct GateGradientArguments {
  static constexpr const char* kSource = "gate";
  static constexpr const char* kName = "gate_gradient";
  int64_t tokens;
  int64_t mixtures;
  int64_t num_experts;
  int64_t top_k;
  int64_t rank;
  int64_t stride;  // of hidden and of its gradient
  int64_t logits_stride;
  int64_t outside_stride;          // between the tokens of grad_probabilities
  int64_t outside_mixture_stride;  // between its mixtures
  Acc<T> scaling;
  const T* hidden;
  const T* grad_gated;
  const Acc<T>* probabilities;
  const Acc<T>* weights;
  const int64_t* indices;
  const Acc<T>* grad_probabilities;
  T* grad_hidden;
  Acc<T>* grad_logits;
  int64_t blocks() const { return ceil_divide(tokens * mixtures, kGateRows); }
};

/// Tokens begin..end on a CPU.
#define MOLA_GATE_KERNELS(T)                                                     \
  void gate_rows(const GateArguments<T>& arguments, int64_t begin, int64_t end); \
  void gate_gradient_rows(const GateGradientArguments<T>& arguments, int64_t begin, int64_t end);
MOLA_GATE_KERNELS(float)
MOLA_GATE_KERNELS(BFloat16)
MOLA_GATE_KERNELS(double)
#undef MOLA_GATE_KERNELS

}  // namespace mola
