#include "kernels/gate.h"

#include <vector>

#include "kernels/gate_rows.h"
#include "kernels/simd.h"

namespace mola {
namespace {

template <class T>
inline void gate(const GateArguments<T>& a, int64_t begin, int64_t end) {
  const int64_t width = a.num_experts * a.rank;
  for (int64_t m = 0; m < a.mixtures; ++m) {
    for (int64_t n = begin; n < end; ++n) {
      const int64_t row = m * a.tokens + n;
      const T* hidden = a.hidden + n * a.stride + m * width;
      Acc<T>* p = a.probabilities + row * a.num_experts;
      Acc<T>* weights = a.weights + row * a.top_k;
      int64_t* indices = a.indices + row * a.top_k;
      softmax_row(a.logits + n * a.logits_stride + m * a.num_experts, a.num_experts, p);
      choose_row(p, a.num_experts, a.top_k, weights, indices);
      T* gated = a.gated + row * width;
      for (int64_t i = 0; i < width; ++i) store(gated[i], 0);
      for (int64_t k = 0; k < a.top_k; ++k) {
        const int64_t at = indices[k] * a.rank;
        for (int64_t i = at; i < at + a.rank; ++i) {
          store(gated[i], load(hidden[i]) * weights[k] * a.scaling);
        }
      }
    }
  }
}

// dhidden_e = scaling w_e dgated_e; that of the logits is logits_gradient_row's.
template <class T>
inline void gate_gradient(const GateGradientArguments<T>& a, int64_t begin, int64_t end) {
  const int64_t width = a.num_experts * a.rank;
  std::vector<Acc<T>> dots(a.top_k);
  for (int64_t m = 0; m < a.mixtures; ++m) {
    for (int64_t n = begin; n < end; ++n) {
      const int64_t row = m * a.tokens + n;
      const Acc<T>* weights = a.weights + row * a.top_k;
      const int64_t* indices = a.indices + row * a.top_k;
      const T* hidden = a.hidden + n * a.stride + m * width;
      const T* grad = a.grad_gated + row * width;
      T* grad_hidden = a.grad_hidden + n * a.stride + m * width;
      for (int64_t i = 0; i < width; ++i) store(grad_hidden[i], 0);
      for (int64_t k = 0; k < a.top_k; ++k) {
        const int64_t at = indices[k] * a.rank;
        Acc<T> dot = 0;
        for (int64_t i = at; i < at + a.rank; ++i) {
          dot += load(grad[i]) * load(hidden[i]);
          store(grad_hidden[i], load(grad[i]) * weights[k] * a.scaling);
        }
        dots[k] = a.scaling * dot;
      }
      logits_gradient_row(
          a.probabilities + row * a.num_experts, weights, indices, dots.data(),
          a.grad_probabilities + m * a.outside_mixture_stride + n * a.outside_stride, a.num_experts,
          a.top_k, a.grad_logits + n * a.logits_stride + m * a.num_experts);
    }
  }
}

}  // namespace

#define MOLA_GATE_KERNELS(T)                                                                    \
  MOLA_KERNEL void gate_rows(const GateArguments<T>& arguments, int64_t begin, int64_t end) {   \
    gate(arguments, begin, end);                                                                \
  }                                                                                             \
  MOLA_KERNEL void gate_gradient_rows(const GateGradientArguments<T>& arguments, int64_t begin, \
                                      int64_t end) {                                            \
    gate_gradient(arguments, begin, end);                                                       \
  }
MOLA_GATE_KERNELS(float)
MOLA_GATE_KERNELS(BFloat16)
MOLA_GATE_KERNELS(double)

}  // namespace mola
