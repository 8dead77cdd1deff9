#pragma once

#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "mola/ops/input_activation.h"
#include "mola/ops/routing.h"
#include "ops/dropout.h"
#include "ops/mixture_places.h"

namespace mola {

class FrozenProducts;

/// A norm of the input, after `delta` was added to it (undefined: nothing).
struct InputNorm {
  torch::Tensor weight;  ///< [I], frozen, in the dtype of the input
  double eps;
  torch::Tensor delta;  ///< of the shape of the input
};

/// The operations on the input: norm or activation, then dropout, for the experts only.
struct InputSteps {
  InputActivation activation;
  std::optional<Dropout> dropout = std::nullopt;
  std::optional<InputNorm> norm = std::nullopt;  ///< needs `has_norm_kernel`
};

/// The result of `group_forward`.
struct GroupOutputs {
  torch::Tensor y;               ///< [N, O]
  torch::Tensor sum;             ///< input + delta [N, I], if there is a delta
  std::vector<Routing> routing;  ///< of each router, with differentiable probabilities
};

/// Computes a `ProjectionGroup` (paper, section 3.1):
///
///     y = x W^T + b, and for each mixture  y_p += gate(A dropout(x), R x) B^T
///
/// x [N, I] is the input after the activation; weight [O, I]; bias [O] or undefined; `lora_A` has
/// the rows of all A (undefined without experts) and `routers` those of all R (undefined without
/// routers); `lora_B` has one [O_p, E r] per mixture. `lora_A` and `lora_B` have the dtype of x,
/// the routers that of their logits, see ops/router.h. Without `with_routing`, no routing is
/// returned.
///
/// The hand-written backward pass saves only the input, the low-rank products and the results of
/// the gates. weight and bias get a gradient if they require one; frozen, they add no cost, and
/// the weight is multiplied by `products` if there are any.
GroupOutputs group_forward(const torch::Tensor& input, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& lora_A,
                           const torch::Tensor& routers, const std::vector<torch::Tensor>& lora_B,
                           const std::vector<MixturePlace>& places, const InputSteps& steps,
                           bool with_routing,
                           std::shared_ptr<const FrozenProducts> products = nullptr);

}  // namespace mola
