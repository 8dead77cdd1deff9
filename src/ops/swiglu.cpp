#include "ops/swiglu.h"

#include "kernels/swiglu.h"
#include "ops/run_kernel.h"

namespace mola {
namespace {

using torch::Tensor;

SwigluGradient gradient_by_torch(const Tensor& dy, const Tensor& gate_up) {
  const auto halves = gate_up.chunk(2, 1);
  const auto silu = torch::silu(halves[0]);
  return {silu * halves[1],
          torch::cat({at::silu_backward(dy * halves[1], halves[0]), silu * dy}, 1)};
}

}  // namespace

Tensor swiglu(const Tensor& gate_up) {
  const auto halves = gate_up.chunk(2, 1);
  if (!has_kernel(gate_up)) return torch::silu(halves[0]).mul_(halves[1]);
  const auto y = torch::empty(halves[0].sizes(), gate_up.options());
  with_type(y, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const SwigluArguments<T> arguments = {kernel_data<T>(gate_up), kernel_data<T>(y), y.size(0),
                                          y.size(1)};
    run_kernel(y, arguments, y.size(0), swiglu_rows);
  });
  return y;
}

SwigluGradient swiglu_gradient(const Tensor& dy_given, const Tensor& gate_up) {
  const auto dy = dy_given.contiguous();
  if (!has_kernel(gate_up)) return gradient_by_torch(dy, gate_up);
  const SwigluGradient result = {torch::empty_like(dy), torch::empty_like(gate_up)};
  with_type(dy, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const SwigluGradientArguments<T> arguments = {kernel_data<T>(dy),
                                                  kernel_data<T>(gate_up),
                                                  kernel_data<T>(result.y),
                                                  kernel_data<T>(result.grad_gate_up),
                                                  dy.size(0),
                                                  dy.size(1)};
    run_kernel(dy, arguments, dy.size(0), swiglu_gradient_rows);
  });
  return result;
}

}  // namespace mola
