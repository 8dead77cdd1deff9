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

// LibTorch exports no symbol of oneDNN, but its dispatcher has the operators.
c10::OperatorHandle onednn_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
}

Tensor onednn_linear(const Tensor& x, const Tensor& w) {
  static const auto linear =
      onednn_operator("mkldnn::_linear_pointwise")
          .typed<Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&,
                        std::string_view, c10::List<std::optional<at::Scalar>>,
                        std::optional<std::string_view>)>();
  return linear.call(x, w, std::nullopt, "none", c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace

Tensor matmul_nt(const Tensor& x, const Tensor& w) {
  return onednn_is_faster(x) ? onednn_linear(x, w) : torch::mm(x, w.t());
}

Tensor matmul_nn(const Tensor& x, const Tensor& w) {
  return onednn_is_faster(x) ? onednn_linear(x, w.t()) : torch::mm(x, w);
}

void multiply_into(const Tensor& out, const Tensor& x, const Tensor& w) {
  if (onednn_is_faster(x)) {
    out.copy_(onednn_linear(x, w.t()));
  } else {
    auto result = out;
    torch::mm_out(result, x, w);
  }
}

Tensor multiply_nt(const Tensor& x, const Tensor& w, ProductMethod method, const Tensor& packed) {
  switch (method) {
    case ProductMethod::kOnednn:
      return onednn_linear(x, w);
    case ProductMethod::kFp32:
      return onednn_linear(x.to(torch::kFloat), w.to(torch::kFloat)).to(x.scalar_type());
    case ProductMethod::kPacked:
      return onednn_linear(x, packed);
    case ProductMethod::kAten:
      break;
  }
  return torch::mm(x, w.t());
}

Tensor packed_for_onednn(const Tensor& w) {
  static const auto reorder = onednn_operator("mkldnn::_reorder_linear_weight")
                                  .typed<Tensor(const Tensor&, std::optional<int64_t>)>();
  return reorder.call(w.contiguous(), std::nullopt);
}

}  // namespace mola
