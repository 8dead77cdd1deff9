#include "ops/rms_norm.h"

#include <torch/autograd.h>

#include "kernels/rms_norm.h"
#include "ops/run_kernel.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Tensors that the backward pass needs.
struct SavedNorm {
  Tensor sum;
  Tensor weight;
  Tensor inverse;  // 1 / sqrt(mean(sum^2) + eps) of each row

  void save(AutogradContext* ctx) const { ctx->save_for_backward({sum, weight, inverse}); }
  static SavedNorm load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    return {saved[0], saved[1], saved[2]};
  }
};

void norm(const Tensor& x, const Tensor& delta, const Tensor& weight, double eps, const Tensor& sum,
          const Tensor& y, const Tensor& inverse) {
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RmsNormArguments<T> arguments = {kernel_data<T>(x),
                                           data_or_null<T>(delta),
                                           kernel_data<T>(weight),
                                           static_cast<Acc<T>>(eps),
                                           data_or_null<T>(sum),
                                           kernel_data<T>(y),
                                           kernel_data<Acc<T>>(inverse),
                                           inverse.size(0),
                                           x.size(-1)};
    run_kernel(x, arguments, arguments.rows, [](const auto& given, int64_t begin, int64_t end) {
      rms_norm_rows(given, begin, end);
    });
  });
}

// The gradient of the sum; `more`, which may be undefined, is added to it.
Tensor norm_gradient(const Tensor& dy, const Tensor& more, const SavedNorm& saved) {
  const auto dx = torch::empty_like(dy);
  with_type(dy, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RmsNormGradientArguments<T> arguments = {kernel_data<T>(dy),
                                                   data_or_null<T>(more),
                                                   kernel_data<T>(saved.sum),
                                                   kernel_data<T>(saved.weight),
                                                   kernel_data<Acc<T>>(saved.inverse),
                                                   kernel_data<T>(dx),
                                                   saved.inverse.size(0),
                                                   dy.size(-1)};
    run_kernel(dy, arguments, arguments.rows, [](const auto& given, int64_t begin, int64_t end) {
      rms_norm_gradient_rows(given, begin, end);
    });
  });
  return dx;
}

// The results are the norm and, with a delta, the sum.
struct NormFunction : torch::autograd::Function<NormFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x_given,
                               const std::optional<Tensor>& delta_given, const Tensor& weight,
                               double eps) {
    const auto x = x_given.contiguous();
    const auto delta = delta_given ? delta_given->contiguous() : Tensor();
    const auto sum = delta.defined() ? torch::empty_like(x) : Tensor();
    const auto y = torch::empty_like(x);
    const auto inverse = torch::empty({x.numel() / x.size(-1)},
                                      x.options().dtype(accumulate_dtype(x.scalar_type())));
    norm(x, delta, weight, eps, sum, y, inverse);
    SavedNorm{delta.defined() ? sum : x, weight, inverse}.save(ctx);
    return delta.defined() ? variable_list{y, sum} : variable_list{y};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = SavedNorm::load(ctx);
    const bool adds = gradients.size() > 1;
    const auto dy = gradients[0].contiguous();
    const auto dx = norm_gradient(dy, adds ? gradients[1].contiguous() : Tensor(), saved);
    const auto ddelta = adds ? dx : Tensor();
    if (!ctx->needs_input_grad(adds ? 2 : 1)) return {dx, ddelta, {}, {}};
    const int64_t size = dy.size(-1);
    const auto normed = saved.sum.view({-1, size}) * saved.inverse.unsqueeze(1);
    return {dx, ddelta, (dy.view({-1, size}) * normed).sum(0).to(saved.weight.scalar_type()), {}};
  }
};

bool has_norm_kernel(const Tensor& x, const Tensor& weight) {
  return has_kernel(x) && x.scalar_type() == weight.scalar_type();
}

}  // namespace

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  if (has_norm_kernel(x, weight)) return NormFunction::apply(x, std::nullopt, weight, eps)[0];
  return torch::rms_norm(x, {weight.size(0)}, weight, eps);
}

AddedAndNormed add_and_norm(const Tensor& x, const Tensor& delta, const Tensor& weight,
                            double eps) {
  if (has_norm_kernel(x, weight) && delta.scalar_type() == x.scalar_type()) {
    const auto results = NormFunction::apply(x, std::optional<Tensor>(delta), weight, eps);
    return {results[1], results[0]};
  }
  const auto sum = x + delta;
  return {sum, rms_norm(sum, weight, eps)};
}

}  // namespace mola
