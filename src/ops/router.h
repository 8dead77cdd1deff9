#pragma once

#include <torch/types.h>

namespace mola {

// The product with all routers that read an input, x [N, I]. Routers R [E, I], logits and their
// gradients [N, E] have the `accumulate_dtype` of x, fp32 where it is bf16: a logit that is rounded
// to bf16 sends some tokens to other experts. They record no gradients.

/// x R^T [N, E]
torch::Tensor router_logits(const torch::Tensor& x, const torch::Tensor& routers);

/// Adds dlogits R to grad_x [N, I].
void add_router_gradient(const torch::Tensor& grad_x, const torch::Tensor& grad_logits,
                         const torch::Tensor& routers);

/// dR = dlogits^T x [E, I]
torch::Tensor router_weight_gradient(const torch::Tensor& grad_logits, const torch::Tensor& x);

}  // namespace mola
