#include "kernels/cuda/device.h"
#include "kernels/swiglu.h"
#include "kernels/swiglu_element.h"

namespace mola {

// A thread for each pack of a row.
template <class T>
__device__ void swiglu(const SwigluArguments<T>& a) {
  const auto [row, from] = pack_place<T>(a.size);
  if (row >= a.rows) return;
  const T* gate_up = a.gate_up + row * 2 * a.size;
  const auto gate = load_pack(gate_up, from, a.size);
  const auto up = load_pack(gate_up + a.size, from, a.size);
  PackOf<T> y;
  for (int64_t i = 0; i < kPack<T>; ++i) {
    const auto element = swiglu_element<Acc<T>>(load(gate.element[i]), load(up.element[i]), 0);
    store(y.element[i], element.y);
  }
  store_pack(a.y + row * a.size, from, a.size, y);
}

template <class T>
__device__ void swiglu_gradient(const SwigluGradientArguments<T>& a) {
  const auto [row, from] = pack_place<T>(a.size);
  if (row >= a.rows) return;
  const T* gate_up = a.gate_up + row * 2 * a.size;
  T* grad = a.grad + row * 2 * a.size;
  const auto gate = load_pack(gate_up, from, a.size);
  const auto up = load_pack(gate_up + a.size, from, a.size);
  const auto dy = load_pack(a.dy + row * a.size, from, a.size);
  PackOf<T> y;
  PackOf<T> grad_gate;
  PackOf<T> grad_up;
  for (int64_t i = 0; i < kPack<T>; ++i) {
    const auto element =
        swiglu_element<Acc<T>>(load(gate.element[i]), load(up.element[i]), load(dy.element[i]));
    store(y.element[i], element.y);
    store(grad_gate.element[i], element.grad_gate);
    store(grad_up.element[i], element.grad_up);
  }
  store_pack(a.y + row * a.size, from, a.size, y);
  store_pack(grad, from, a.size, grad_gate);
  store_pack(grad + a.size, from, a.size, grad_up);
}

MOLA_CUDA_KERNEL(swiglu, SwigluArguments)
MOLA_CUDA_KERNEL(swiglu_gradient, SwigluGradientArguments)

}  // namespace mola
