#include "ops/rms_norm.h"

#include <torch/autograd.h>

#include "kernels/rms_norm.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Tensors that the backward pass needs.
struct SavedNorm {
  Tensor x;
  Tensor weight;
  Tensor inverse;  // 1 / sqrt(mean(x^2) + eps) of each row

  void save(AutogradContext* ctx) const { ctx->save_for_backward({x, weight, inverse}); }
  static SavedNorm load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    return {saved[0], saved[1], saved[2]};
  }
};

// One pass over x in each direction, and another for the gradient of the weight, if required.
struct RMSNormFunction : torch::autograd::Function<RMSNormFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x_given, const Tensor& weight,
                        double eps) {
    const auto x = x_given.contiguous();
    const int64_t size = x.size(-1);
    const int64_t rows = x.numel() / size;
    const auto y = torch::empty_like(x);
    const auto inverse = torch::empty({rows}, accumulate_dtype(x.scalar_type()));
    for_rows(x, rows, [&](auto* type, int64_t begin, int64_t end) {
      using T = std::remove_pointer_t<decltype(type)>;
      rms_norm_rows(kernel_data<T>(x), kernel_data<T>(weight), eps, kernel_data<T>(y),
                    kernel_data<Acc<T>>(inverse), size, begin, end);
    });
    SavedNorm{x, weight, inverse}.save(ctx);
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = SavedNorm::load(ctx);
    const auto dy = gradients[0].contiguous();
    const auto dx = torch::empty_like(dy);
    const int64_t size = dy.size(-1);
    for_rows(dy, dy.numel() / size, [&](auto* type, int64_t begin, int64_t end) {
      using T = std::remove_pointer_t<decltype(type)>;
      rms_norm_gradient_rows(kernel_data<T>(dy), kernel_data<T>(saved.x),
                             kernel_data<T>(saved.weight), kernel_data<Acc<T>>(saved.inverse),
                             kernel_data<T>(dx), size, begin, end);
    });
    if (!ctx->needs_input_grad(1)) return {dx, {}, {}};
    const auto normed = saved.x.view({-1, size}) * saved.inverse.unsqueeze(1);
    return {dx, (dy.view({-1, size}) * normed).sum(0).to(saved.weight.scalar_type()), {}};
  }
};

}  // namespace

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  if (on_host(x) && x.scalar_type() == weight.scalar_type()) {
    return RMSNormFunction::apply(x, weight, eps);
  }
  return torch::rms_norm(x, {weight.size(0)}, weight, eps);
}

}  // namespace mola
