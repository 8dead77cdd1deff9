#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/projection_group.h"

namespace mola {

/// The SwiGLU feed-forward network (arXiv 2002.05202): down(silu(gate(x)) * up(x)).
class MlpImpl : public torch::nn::Module {
 public:
  /// `gate_up` gives gate_proj and up_proj [F] each, `down` gives down_proj [H].
  MlpImpl(ProjectionGroup gate_up, ProjectionGroup down);

  /// x [N, H] -> [N, H]
  torch::Tensor forward(const torch::Tensor& x, RoutingTrace* trace = nullptr);

  ProjectionGroup gate_up;
  ProjectionGroup down;
};

TORCH_MODULE(Mlp);

}  // namespace mola
