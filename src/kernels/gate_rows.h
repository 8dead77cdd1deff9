#pragma once

#include "kernels/numbers.h"

namespace mola {

/// p = softmax(logits), of `count` experts.
template <class A>
inline void softmax_row(const A* logits, int64_t count, A* p) {
  A most = logits[0];
  for (int64_t e = 1; e < count; ++e) most = logits[e] > most ? logits[e] : most;
  A sum = 0;
  for (int64_t e = 0; e < count; ++e) {
    p[e] = MOLA_STD::exp(logits[e] - most);
    sum += p[e];
  }
  for (int64_t e = 0; e < count; ++e) p[e] /= sum;
}

/// The `top_k` largest of p, largest first, scaled to sum to 1; ties go to the lower index.
template <class A>
inline void choose_row(const A* p, int64_t count, int64_t top_k, A* weights, int64_t* indices) {
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

/// The gradient of the logits. `dots` has dw, scaling <dgated_e, hidden_e>, of each chosen expert;
/// `outside` is the gradient of p that comes from elsewhere. With s the sum of the chosen p and
/// w = p / s:
///
///     dp_e = (dw_e - sum_S dw w) / s + outside_e,      dlogits = p (dp - sum p dp)
///
/// where p / s is w, and the chosen part of sum p dp is zero.
template <class A>
inline void logits_gradient_row(const A* p, const A* weights, const int64_t* indices, const A* dots,
                                const A* outside, int64_t count, int64_t top_k, A* grad_logits) {
  A mean = 0;  // sum over S of dw w
  A pull = 0;  // sum of p outside
  for (int64_t k = 0; k < top_k; ++k) mean += dots[k] * weights[k];
  for (int64_t e = 0; e < count; ++e) pull += p[e] * outside[e];
  for (int64_t e = 0; e < count; ++e) grad_logits[e] = p[e] * (outside[e] - pull);
  for (int64_t k = 0; k < top_k; ++k) grad_logits[indices[k]] += weights[k] * (dots[k] - mean);
}

}  // namespace mola
