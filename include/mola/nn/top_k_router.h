#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "mola/ops/routing.h"

namespace mola {

/// Options of `TopKRouter`.
///
/// For example:
/// ```
/// TopKRouter router(TopKRouterOptions(4096, 8).top_k(2));
/// ```
struct TopKRouterOptions {
  TopKRouterOptions(int64_t in_features, int64_t num_experts);

  TORCH_ARG(int64_t, in_features);  ///< I
  TORCH_ARG(int64_t, num_experts);  ///< E
  TORCH_ARG(int64_t, top_k) = 2;    ///< K
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// Selects K of E experts for each token and their weights (paper, section 3.1):
///
///     p  = softmax(x R^T) in fp32            R [E, I], no bias
///     S  = the K largest of p
///     p' = p_e / sum_S p   for e in S
///
/// `forward` is the reference, for reading and tests. A `ProjectionGroup` uses ops/gate instead:
/// the same formulas with a hand-written gradient.
class TopKRouterImpl : public torch::nn::Cloneable<TopKRouterImpl> {
 public:
  TopKRouterImpl(int64_t in_features, int64_t num_experts)
      : TopKRouterImpl(TopKRouterOptions(in_features, num_experts)) {}
  /// Throws `c10::Error` unless 1 <= top_k <= num_experts.
  explicit TopKRouterImpl(const TopKRouterOptions& options_);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  /// x [N, I] -> the routing of N tokens
  Routing forward(const torch::Tensor& x) const;

  TopKRouterOptions options;
  torch::Tensor weight;  ///< R [E, I]
};

TORCH_MODULE(TopKRouter);

}  // namespace mola
