#include "ops/router.h"

#include "kernels/router.h"
#include "ops/run_kernel.h"

namespace mola {

using torch::Tensor;

Tensor router_logits(const Tensor& x, const Tensor& routers) {
  if (!has_kernel(x)) return torch::mm(x.to(routers.scalar_type()), routers.t());
  const auto logits = torch::empty({x.size(0), routers.size(0)}, routers.options());
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RouterLogitsArguments<T> arguments = {kernel_data<T>(x),
                                                kernel_data<Acc<T>>(routers),
                                                kernel_data<Acc<T>>(logits),
                                                x.size(0),
                                                routers.size(0),
                                                x.size(1)};
    run_kernel(x, arguments, x.size(0), router_logits_rows);
  });
  return logits;
}

void add_router_gradient(const Tensor& grad_x, const Tensor& grad_logits, const Tensor& routers) {
  if (!has_kernel(grad_x)) {
    grad_x.add_(torch::mm(grad_logits, routers));
    return;
  }
  with_type(grad_x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RouterInputGradientArguments<T> arguments = {kernel_data<Acc<T>>(grad_logits),
                                                       kernel_data<Acc<T>>(routers),
                                                       kernel_data<T>(grad_x),
                                                       grad_x.size(0),
                                                       routers.size(0),
                                                       grad_x.size(1)};
    run_kernel(grad_x, arguments, grad_x.size(0), router_input_gradient_rows);
  });
}

Tensor router_weight_gradient(const Tensor& grad_logits, const Tensor& x) {
  if (!has_kernel(x)) return torch::mm(grad_logits.t(), x.to(grad_logits.scalar_type()));
  const auto grad_R = torch::empty({grad_logits.size(1), x.size(1)}, grad_logits.options());
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RouterWeightGradientArguments<T> arguments = {kernel_data<Acc<T>>(grad_logits),
                                                        kernel_data<T>(x),
                                                        kernel_data<Acc<T>>(grad_R),
                                                        x.size(0),
                                                        grad_logits.size(1),
                                                        x.size(1)};
    run_kernel(x, arguments, x.size(1), router_weight_gradient_columns);
  });
  return grad_R;
}

}  // namespace mola
