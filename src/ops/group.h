#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "mola/ops/input_activation.h"
#include "ops/gate.h"

namespace mola {

/// One mixture of a group: where its outputs, its rows of A and its router stand.
struct MixturePlace {
  Gate gate;
  int64_t output_begin;  ///< of its columns among the outputs
  int64_t output_size;   ///< O
  int64_t hidden_begin;  ///< of its E r rows in the thin block
  int64_t logits_begin;  ///< of its router's E rows in the thin block; -1 without a router
};

/// What is done to the input: first the activation, then, for the experts, dropout.
struct InputSteps {
  InputActivation activation;
  double dropout;
};

/// What `ProjectionGroup` computes, with a backward pass written by hand that keeps only the input,
/// what dropout left of it (one byte an element), the thin products and the gates' results; weight
/// and bias get a gradient where they require one, and cost nothing where they are frozen:
///
///     y = x W^T + b, and for each mixture  y_p += gate(A dropout(x), R x) B^T
///
/// x [N, I] is the activation of the input given; weight [O, I]; block [M, I] holds all A and then
/// all routers, `lora_B` one [O_p, E r] for each mixture, both in x's dtype. Gives y [N, O] and for
/// each router its probabilities; with `routing` its whole result too.
struct GroupOutputs {
  torch::Tensor y;
  std::vector<torch::Tensor> probabilities;  ///< differentiable, one for each mixture with a router
};

GroupOutputs group_forward(const torch::Tensor& input, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& block,
                           const std::vector<torch::Tensor>& lora_B,
                           const std::vector<MixturePlace>& places, const InputSteps& steps,
                           std::vector<Gate::Result>* routing);

}  // namespace mola
