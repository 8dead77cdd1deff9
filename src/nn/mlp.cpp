#include "mola/nn/mlp.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include "kernels/swiglu.h"
#include "nn/kernel_call.h"

namespace mola {
namespace {

using torch::Tensor;

// silu(gate) * up of gate_up [..., 2F] in one pass each way.
struct SwigluFunction : torch::autograd::Function<SwigluFunction> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& gate_up) {
    auto shape = gate_up.sizes().vec();
    const int64_t size = shape.back() /= 2;
    const auto y = torch::empty(shape, gate_up.options());
    for_kernel_type(y, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      at::parallel_for(0, y.numel() / size, kRowGrain, [&](int64_t begin, int64_t end) {
        swiglu_rows(kernel_data<T>(gate_up), kernel_data<T>(y), size, begin, end);
      });
    });
    ctx->save_for_backward({gate_up});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    const auto gate_up = ctx->get_saved_variables()[0];
    const auto dy = gradients[0].contiguous();
    const auto grad = torch::empty_like(gate_up);
    for_kernel_type(dy, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const int64_t size = dy.size(-1);
      at::parallel_for(0, dy.numel() / size, kRowGrain, [&](int64_t begin, int64_t end) {
        swiglu_gradient_rows(kernel_data<T>(dy), kernel_data<T>(gate_up), kernel_data<T>(grad),
                             size, begin, end);
      });
    });
    return {grad};
  }
};

Tensor swiglu(const Tensor& gate_up) {
  if (gate_up.is_cpu()) return SwigluFunction::apply(gate_up.contiguous());
  const auto halves = gate_up.chunk(2, -1);
  return torch::silu(halves[0]) * halves[1];
}

}  // namespace

MlpImpl::MlpImpl(ProjectionGroup gate_up_, ProjectionGroup down_)
    : gate_up(register_module("gate_up", std::move(gate_up_))),
      down(register_module("down", std::move(down_))) {
  TORCH_CHECK(gate_up->options.projections().size() == 2, "Mlp: found ",
              gate_up->options.projections().size(), " projections in gate_up, expected 2");
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, RoutingTrace* trace) {
  return down->forward_wide(swiglu(gate_up->forward_wide(x, trace)), trace);
}

}  // namespace mola
