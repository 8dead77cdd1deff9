#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/common.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/projection_group.h"

namespace mola {

/// Options of `MolaLinear`.
///
/// For example:
/// ```
/// MolaLinear layer(MolaLinearOptions(4096, 11008, /*num_experts=*/8).top_k(2).rank(8).alpha(16));
/// ```
struct MolaLinearOptions {
  MolaLinearOptions(int64_t in_features, int64_t out_features, int64_t num_experts);

  /// Options with the sizes, bias, dtype and device of `linear`.
  static MolaLinearOptions like(const torch::nn::Linear& linear, int64_t num_experts);

  TORCH_ARG(int64_t, in_features);   ///< I
  TORCH_ARG(int64_t, out_features);  ///< O
  TORCH_ARG(int64_t, num_experts);   ///< E; 1: LoRA, 0: only the linear layer
  TORCH_ARG(int64_t, top_k) = 2;     ///< K, clamped to num_experts
  TORCH_ARG(int64_t, rank) = 8;      ///< r
  TORCH_ARG(double, alpha) = 16;
  TORCH_ARG(double, dropout) = 0.0;
  TORCH_ARG(bool, bias) = false;
  TORCH_ARG(Init, init) = Init::kKaiming;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;  ///< of the frozen weight; experts are fp32
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// A frozen linear layer with a mixture of LoRA experts (paper, section 3.1), as a
/// `ProjectionGroup` with one projection:
///
///     y = W x + b + sum over e in S of p'_e (alpha / r) B_e A_e dropout(x)
///
/// Only the experts and the router are trained. The output of a new layer equals that of the linear
/// layer up to rounding, and is bit-identical to that of a `MolaLinear` without experts.
class MolaLinearImpl : public torch::nn::Cloneable<MolaLinearImpl> {
 public:
  /// A layer with a random frozen weight and bias, initialized as in `torch::nn::Linear`. Throws
  /// `c10::Error` for an option out of range.
  explicit MolaLinearImpl(const MolaLinearOptions& options_);

  /// Copies weight and bias of `linear`. Throws `c10::Error` if `options_` differs from it in sizes
  /// or in the presence of a bias.
  MolaLinearImpl(const torch::nn::Linear& linear, const MolaLinearOptions& options_);

  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  /// x [..., I] -> [..., O]. Adds the routing to `trace` unless it is null.
  torch::Tensor forward(const torch::Tensor& x, RoutingTrace* trace = nullptr);

  MolaLinearOptions options;
  ProjectionGroup group{nullptr};

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, torch::nn::AnyValue(static_cast<RoutingTrace*>(nullptr))})
};

TORCH_MODULE(MolaLinear);

}  // namespace mola
