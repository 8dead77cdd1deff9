#pragma once

#include <torch/autograd.h>

#include <vector>

#include "ops/gate.h"

namespace mola {

/// Tensors that the backward pass of `group_forward` needs. A router's probabilities are also an
/// output of the function.
struct SavedGroup {
  torch::Tensor input;  ///< the sum, with a norm; undefined if no gradient depends on it
  torch::Tensor weight;
  torch::Tensor lora_A;               ///< undefined without experts
  torch::Tensor routers;              ///< undefined without routers
  torch::Tensor hidden;               ///< A x of all experts; undefined without experts
  torch::Tensor inverse;              ///< as NormedRows's; undefined without a norm
  std::vector<torch::Tensor> lora_B;  ///< of each mixture
  std::vector<Gate::Result> gates;    ///< of each run of equal gates

  void save(torch::autograd::AutogradContext* ctx) const;

  /// `mixtures` is the number of lora_B.
  static SavedGroup load(const torch::autograd::AutogradContext* ctx, size_t mixtures);
};

}  // namespace mola
