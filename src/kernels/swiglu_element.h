#pragma once

#include "kernels/numbers.h"

namespace mola {

/// An element of y = silu(gate) * up, and the gradients of gate and up by that of y.
template <class A>
struct SwigluElement {
  A y;
  A grad_gate;
  A grad_up;
};
template <class A>
inline SwigluElement<A> swiglu_element(A gate, A up, A dy) {
  const A s = 1 / (1 + exponential(-gate));
  return {gate * s * up, dy * up * s * (1 + gate * (1 - s)), dy * gate * s};
}

}  // namespace mola
