#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/projection_group.h"

namespace mola {

/// The SwiGLU feed-forward network (arXiv 2002.05202): down(silu(gate(x)) * up(x)).
class MlpImpl : public torch::nn::Module {
 public:
  /// `gate_up` has the projections gate_proj and up_proj, with F outputs each; `down` has
  /// down_proj, with H outputs. Throws `c10::Error` if the widths do not match.
  MlpImpl(ProjectionGroup gate_up, ProjectionGroup down);

  /// x [N, H] -> [N, H]. Adds the routing to `trace` unless it is null. The dropout masks are those
  /// of `key`, as in `ProjectionGroup`.
  torch::Tensor forward(const torch::Tensor& x, RoutingTrace* trace = nullptr,
                        const std::optional<DropoutKey>& key = std::nullopt);

  /// x + delta, both [N, H], plus the same of their norm: the second residual block of a layer.
  torch::Tensor forward_residual(const torch::Tensor& x, const torch::Tensor& delta,
                                 const RMSNormImpl& norm, RoutingTrace* trace = nullptr,
                                 const std::optional<DropoutKey>& key = std::nullopt);

  ProjectionGroup gate_up;
  ProjectionGroup down;
};

TORCH_MODULE(Mlp);

}  // namespace mola
