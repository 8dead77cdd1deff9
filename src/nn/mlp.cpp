#include "mola/nn/mlp.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include "kernels/swiglu.h"
#include "nn/kernel_call.h"

namespace mola {
namespace {

using torch::Tensor;

// silu(gate) * up of gate_up [..., 2F], in one pass each way on a CPU. Keeps its input alone.
struct SwigluFunction : torch::autograd::Function<SwigluFunction> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& gate_up) {
    ctx->save_for_backward({gate_up});
    const auto halves = gate_up.chunk(2, -1);
    if (!gate_up.is_cpu()) return torch::silu(halves[0]).mul_(halves[1]);
    const int64_t size = halves[0].size(-1);
    const auto y = torch::empty(halves[0].sizes(), gate_up.options());
    for_kernel_type(y, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      at::parallel_for(0, y.numel() / size, kRowGrain, [&](int64_t begin, int64_t end) {
        swiglu_rows(kernel_data<T>(gate_up), kernel_data<T>(y), size, begin, end);
      });
    });
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    refuse_second_derivatives();
    const auto gate_up = ctx->get_saved_variables()[0];
    const auto dy = gradients[0].contiguous();
    if (!gate_up.is_cpu()) {
      const auto halves = gate_up.chunk(2, -1);
      return {torch::cat(
          {at::silu_backward(dy * halves[1], halves[0]), torch::silu(halves[0]).mul_(dy)}, -1)};
    }
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

}  // namespace

MlpImpl::MlpImpl(ProjectionGroup gate_up_, ProjectionGroup down_)
    : gate_up(register_module("gate_up", std::move(gate_up_))),
      down(register_module("down", std::move(down_))) {
  TORCH_CHECK(gate_up->options.projections().size() == 2, "Mlp: found ",
              gate_up->options.projections().size(), " projections in gate_up, expected 2");
  const auto& halves = gate_up->options.projections();
  const int64_t inner = down->options.in_features();
  TORCH_CHECK(halves[0].out_features() == inner && halves[1].out_features() == inner,
              "Mlp: found gate_proj and up_proj of ", halves[0].out_features(), " and ",
              halves[1].out_features(), ", expected ", inner, " as down takes");
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, RoutingTrace* trace) {
  const auto inner = SwigluFunction::apply(gate_up->forward_wide(x, trace).contiguous());
  return down->forward_wide(inner, trace);
}

}  // namespace mola
