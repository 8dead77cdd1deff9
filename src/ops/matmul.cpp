#include "ops/matmul.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include "ops/device.h"

namespace mola {
namespace {

using torch::Tensor;

bool onednn_is_faster(const Tensor& x) {
  return on_host(x) && x.scalar_type() == torch::kFloat && at::hasMKLDNN() &&
         at::globalContext().userEnabledMkldnn();
}

}  // namespace

// LibTorch exports no symbol of oneDNN, but its dispatcher has the operator.
Tensor onednn_linear(const Tensor& x, const Tensor& w) {
  static const auto linear =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
          .typed<Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&,
                        std::string_view, c10::List<std::optional<at::Scalar>>,
                        std::optional<std::string_view>)>();
  return linear.call(x, w, std::nullopt, "none", c10::List<std::optional<at::Scalar>>(), "");
}

Tensor matmul_nt(const Tensor& x, const Tensor& w) {
  return onednn_is_faster(x) ? onednn_linear(x, w) : torch::mm(x, w.t());
}

Tensor matmul_nn(const Tensor& x, const Tensor& w) {
  return onednn_is_faster(x) ? onednn_linear(x, w.t()) : torch::mm(x, w);
}

}  // namespace mola
