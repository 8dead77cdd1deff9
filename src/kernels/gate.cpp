#include "kernels/gate.h"

namespace mola {
namespace {

template <class A>
inline void softmax(const A* logits, int64_t count, A* p) {
  A most = logits[0];
  for (int64_t e = 1; e < count; ++e) most = logits[e] > most ? logits[e] : most;
  A sum = 0;
  for (int64_t e = 0; e < count; ++e) {
    p[e] = std::exp(logits[e] - most);
    sum += p[e];
  }
  for (int64_t e = 0; e < count; ++e) p[e] /= sum;
}

// The `top_k` largest of p, largest first; ties go to the lower index.
template <class A>
inline void choose(const A* p, int64_t count, int64_t top_k, A* weights, int64_t* indices) {
  A sum = 0;
  for (int64_t k = 0; k < top_k; ++k) {
    int64_t best = -1;
    for (int64_t e = 0; e < count; ++e) {
      bool taken = false;
      for (int64_t j = 0; j < k; ++j) taken = taken || indices[j] == e;
      if (!taken && (best < 0 || p[e] > p[best])) best = e;
    }
    indices[k] = best;
    weights[k] = p[best];
    sum += p[best];
  }
  for (int64_t k = 0; k < top_k; ++k) weights[k] /= sum;
}

template <class T>
inline void gate(const GateShape& shape, const T* hidden, const Acc<T>* logits,
                 Acc<T>* probabilities, Acc<T>* weights, int64_t* indices, T* gated, int64_t begin,
                 int64_t end) {
  const int64_t width = shape.num_experts * shape.rank;
  const auto scaling = static_cast<Acc<T>>(shape.scaling);
  for (int64_t n = begin; n < end; ++n) {
    Acc<T>* p = probabilities + n * shape.num_experts;
    Acc<T>* weight = weights + n * shape.top_k;
    int64_t* index = indices + n * shape.top_k;
    softmax(logits + n * shape.logits_stride, shape.num_experts, p);
    choose(p, shape.num_experts, shape.top_k, weight, index);
    T* out = gated + n * width;
    for (int64_t i = 0; i < width; ++i) store(out[i], 0);
    for (int64_t k = 0; k < shape.top_k; ++k) {
      const T* in = hidden + n * shape.stride + index[k] * shape.rank;
      T* chosen = out + index[k] * shape.rank;
      for (int64_t i = 0; i < shape.rank; ++i) store(chosen[i], load(in[i]) * weight[k] * scaling);
    }
  }
}

// With s the sum of the chosen p and w = p / s:
//   dw_e = scaling <dgated_e, hidden_e>,  dp_e = (dw_e - sum_S dw w) / s + the incoming dp_e,
//   dlogits = p (dp - sum p dp),          dhidden_e = scaling w_e dgated_e.
template <class T>
inline void gate_gradient(const GateShape& shape, const T* hidden, const T* grad_gated,
                          const Acc<T>* probabilities, const Acc<T>* weights,
                          const int64_t* indices, const Acc<T>* grad_probabilities, T* grad_hidden,
                          Acc<T>* grad_logits, int64_t begin, int64_t end) {
  const int64_t count = shape.num_experts;
  const int64_t width = count * shape.rank;
  const auto scaling = static_cast<Acc<T>>(shape.scaling);
  for (int64_t n = begin; n < end; ++n) {
    const Acc<T>* p = probabilities + n * count;
    const Acc<T>* weight = weights + n * shape.top_k;
    const int64_t* index = indices + n * shape.top_k;
    const Acc<T>* outside = grad_probabilities + n * count;
    T* out = grad_hidden + n * shape.stride;
    Acc<T>* out_logits = grad_logits + n * shape.logits_stride;

    for (int64_t i = 0; i < width; ++i) store(out[i], 0);
    Acc<T> chosen_sum = 0;  // s
    Acc<T> mean = 0;        // sum over S of dw w
    Acc<T> p_dp = 0;        // sum of p dp
    for (int64_t k = 0; k < shape.top_k; ++k) {
      const int64_t at = index[k] * shape.rank;
      const T* in = hidden + n * shape.stride + at;
      const T* grad = grad_gated + n * width + at;
      Acc<T> dot = 0;
      for (int64_t i = 0; i < shape.rank; ++i) {
        dot += load(grad[i]) * load(in[i]);
        store(out[at + i], load(grad[i]) * weight[k] * scaling);
      }
      chosen_sum += p[index[k]];
      mean += scaling * dot * weight[k];
    }
    // The chosen part of p dp is zero: sum over S of w (dw - mean) = mean - mean.
    for (int64_t e = 0; e < count; ++e) p_dp += p[e] * outside[e];
    for (int64_t e = 0; e < count; ++e) {
      Acc<T> dp = outside[e];
      for (int64_t k = 0; k < shape.top_k; ++k) {
        if (index[k] != e) continue;
        const T* in = hidden + n * shape.stride + e * shape.rank;
        const T* grad = grad_gated + n * width + e * shape.rank;
        Acc<T> dot = 0;
        for (int64_t i = 0; i < shape.rank; ++i) dot += load(grad[i]) * load(in[i]);
        dp += (scaling * dot - mean) / chosen_sum;
      }
      out_logits[e] = p[e] * (dp - p_dp);
    }
  }
}

}  // namespace

#define MOLA_GATE_KERNELS(T)                                                                      \
  MOLA_KERNEL void gate_rows(const GateShape& shape, const T* hidden, const Acc<T>* logits,       \
                             Acc<T>* probabilities, Acc<T>* weights, int64_t* indices, T* gated,  \
                             int64_t begin, int64_t end) {                                        \
    gate(shape, hidden, logits, probabilities, weights, indices, gated, begin, end);              \
  }                                                                                               \
  MOLA_KERNEL void gate_gradient_rows(                                                            \
      const GateShape& shape, const T* hidden, const T* grad_gated, const Acc<T>* probabilities,  \
      const Acc<T>* weights, const int64_t* indices, const Acc<T>* grad_probabilities,            \
      T* grad_hidden, Acc<T>* grad_logits, int64_t begin, int64_t end) {                          \
    gate_gradient(shape, hidden, grad_gated, probabilities, weights, indices, grad_probabilities, \
                  grad_hidden, grad_logits, begin, end);                                          \
  }
MOLA_GATE_KERNELS(float)
MOLA_GATE_KERNELS(BFloat16)
MOLA_GATE_KERNELS(double)

}  // namespace mola
