#include "mola/nn/mlp.h"

#include <torch/types.h>

namespace mola {

MlpImpl::MlpImpl(ProjectionGroup gate_up_, ProjectionGroup down_)
    : gate_up(register_module("gate_up", std::move(gate_up_))),
      down(register_module("down", std::move(down_))) {
  TORCH_CHECK(gate_up->options.projections().size() == 2, "Mlp: found ",
              gate_up->options.projections().size(), " projections in gate_up, expected 2");
  const auto& halves = gate_up->options.projections();
  const int64_t inner = down->options.in_features();
  TORCH_CHECK(halves[0].out_features() == inner && halves[1].out_features() == inner,
              "Mlp: found gate_proj and up_proj of ", halves[0].out_features(), " and ",
              halves[1].out_features(), ", expected ", inner, ", the in_features of down");
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, RoutingTrace* trace,
                               const std::optional<DropoutKey>& key) {
  const auto inner =
      gate_up->forward_wide(x, trace, InputActivation::kNone, of_group(key, kGateUpGroup));
  return down->forward_wide(inner, trace, InputActivation::kSwiglu, of_group(key, kDownGroup));
}

torch::Tensor MlpImpl::forward_residual(const torch::Tensor& x, const torch::Tensor& delta,
                                        const RMSNormImpl& norm, RoutingTrace* trace,
                                        const std::optional<DropoutKey>& key) {
  const auto [sum, inner] =
      gate_up->forward_normed(x, delta, norm, trace, of_group(key, kGateUpGroup));
  return sum +
         down->forward_wide(inner, trace, InputActivation::kSwiglu, of_group(key, kDownGroup));
}

}  // namespace mola
