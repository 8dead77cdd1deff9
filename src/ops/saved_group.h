#pragma once

#include <torch/autograd.h>

#include <vector>

#include "ops/gate.h"

namespace mola {

/// Tensors of one mixture that the backward pass of `group_forward` needs.
struct SavedMixture {
  torch::Tensor lora_B;
  Gate::Result gate;  ///< undefined without a router
};

/// Tensors that the backward pass of `group_forward` needs. A router's probabilities are also an
/// output of the function.
struct SavedGroup {
  torch::Tensor input;  ///< undefined if no gradient depends on it
  torch::Tensor weight;
  torch::Tensor lora_A;   ///< undefined without experts
  torch::Tensor routers;  ///< undefined without routers
  torch::Tensor hidden;   ///< A x of all experts; undefined without experts
  std::vector<SavedMixture> mixtures;

  void save(torch::autograd::AutogradContext* ctx) const;
  static SavedGroup load(const torch::autograd::AutogradContext* ctx);
};

}  // namespace mola
