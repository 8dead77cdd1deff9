#include "ops/swiglu.h"

#include "kernels/swiglu.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

Tensor swiglu(const Tensor& gate_up) {
  const auto halves = gate_up.chunk(2, 1);
  if (!on_host(gate_up)) return torch::silu(halves[0]).mul_(halves[1]);
  const auto y = torch::empty(halves[0].sizes(), gate_up.options());
  for_rows(y, y.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    swiglu_rows(kernel_data<T>(gate_up), kernel_data<T>(y), y.size(1), begin, end);
  });
  return y;
}

Tensor swiglu_gradient(const Tensor& dy_given, const Tensor& gate_up) {
  const auto dy = dy_given.contiguous();
  if (!on_host(gate_up)) {
    const auto halves = gate_up.chunk(2, 1);
    return torch::cat(
        {at::silu_backward(dy * halves[1], halves[0]), torch::silu(halves[0]).mul_(dy)}, 1);
  }
  const auto grad = torch::empty_like(gate_up);
  for_rows(dy, dy.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    swiglu_gradient_rows(kernel_data<T>(dy), kernel_data<T>(gate_up), kernel_data<T>(grad),
                         dy.size(1), begin, end);
  });
  return grad;
}

}  // namespace mola
