#include "ops/rms_norm.h"

#include <torch/autograd.h>

#include "ops/kernel_dispatch.h"
#include "ops/norm_rows.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The results are the norm and, with a delta, the sum.
struct NormFunction : torch::autograd::Function<NormFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x,
                               const std::optional<Tensor>& delta, const Tensor& weight,
                               double eps) {
    const auto [sum, normed, inverse] = norm_rows(x, delta.value_or(Tensor()), weight, eps);
    ctx->save_for_backward({sum, weight, inverse});
    return delta ? variable_list{normed, sum} : variable_list{normed};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = ctx->get_saved_variables();
    const NormedRows rows = {saved[0], {}, saved[2]};
    const auto& weight = saved[1];
    const bool adds = gradients.size() > 1;
    const auto dx = norm_rows_gradient(gradients[0], adds ? gradients[1] : Tensor(), rows, weight,
                                       /*with_norm=*/false)
                        .grad;
    const auto ddelta = adds ? dx : Tensor();
    if (!ctx->needs_input_grad(adds ? 2 : 1)) return {dx, ddelta, {}, {}};
    const int64_t size = dx.size(-1);
    const auto normed = rows.sum.view({-1, size}) * rows.inverse.unsqueeze(1);
    const auto dweight = (gradients[0].reshape({-1, size}) * normed).sum(0);
    return {dx, ddelta, dweight.to(weight.scalar_type()), {}};
  }
};

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
