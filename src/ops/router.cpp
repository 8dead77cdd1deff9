#include "ops/router.h"

#include "kernels/router.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

Tensor router_logits(const Tensor& x, const Tensor& routers) {
  if (!on_host(x)) return torch::mm(x.to(routers.scalar_type()), routers.t());
  const RouterShape shape{routers.size(0), x.size(1)};
  const auto logits = torch::empty({x.size(0), routers.size(0)}, routers.options());
  for_rows(x, x.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    router_logits_rows(shape, kernel_data<T>(x), kernel_data<Acc<T>>(routers),
                       kernel_data<Acc<T>>(logits), begin, end);
  });
  return logits;
}

void add_router_gradient(const Tensor& grad_x, const Tensor& grad_logits, const Tensor& routers) {
  if (!on_host(grad_x)) {
    grad_x.add_(torch::mm(grad_logits, routers));
    return;
  }
  const RouterShape shape{routers.size(0), grad_x.size(1)};
  for_rows(grad_x, grad_x.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    router_input_gradient_rows(shape, kernel_data<Acc<T>>(grad_logits),
                               kernel_data<Acc<T>>(routers), kernel_data<T>(grad_x), begin, end);
  });
}

Tensor router_weight_gradient(const Tensor& grad_logits, const Tensor& x) {
  if (!on_host(x)) return torch::mm(grad_logits.t(), x.to(grad_logits.scalar_type()));
  const RouterShape shape{grad_logits.size(1), x.size(1)};
  const auto grad_R = torch::empty({shape.num_experts, shape.width}, grad_logits.options());
  for_rows(x, shape.width, [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    router_weight_gradient_columns(shape, x.size(0), kernel_data<Acc<T>>(grad_logits),
                                   kernel_data<T>(x), kernel_data<Acc<T>>(grad_R), begin, end);
  });
  return grad_R;
}

}  // namespace mola
