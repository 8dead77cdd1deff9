#include "mola/nn/mlp.h"

#include <torch/types.h>

namespace mola {

MlpImpl::MlpImpl(ProjectionGroup gate_up_, ProjectionGroup down_)
    : gate_up(register_module("gate_up", std::move(gate_up_))),
      down(register_module("down", std::move(down_))) {
  TORCH_CHECK(gate_up->options.projections().size() == 2, "Mlp: found ",
              gate_up->options.projections().size(), " projections in gate_up, expected 2");
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, RoutingTrace* trace) {
  const auto projected = gate_up->forward(x, trace);
  return down->forward(torch::silu(projected[0]) * projected[1], trace)[0];
}

}  // namespace mola
