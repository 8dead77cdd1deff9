// What the kernels compute in bf16, against the same functions in float64 on the same values.
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "mola/loss/causal_lm_loss.h"
#include "mola/nn/mlp.h"
#include "mola/nn/rms_norm.h"
#include "mola/nn/rotary_embedding.h"
#include "ops/causal_attention.h"
#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr double kTolerance = 0.02;  // bf16 has 8 bits

// Values that bf16 holds exactly.
Tensor rounded(at::IntArrayRef shape, double scale = 1) {
  return (torch::randn(shape) * scale).to(torch::kBFloat16);
}

// Compares results and input gradients of `function`, given `input` in bf16 and in float64.
void expect_same_in_bf16(const std::function<Tensor(const Tensor&)>& function,
                         const Tensor& input) {
  const auto low = input.clone().requires_grad_();
  const auto high = input.to(torch::kDouble).requires_grad_();
  const auto found = function(low);
  const auto expected = function(high);
  EXPECT_LT(relative_error(found, expected), kTolerance);
  const auto direction = rounded(found.sizes());
  const auto grad = [&](const Tensor& y, const Tensor& x) {
    return torch::autograd::grad({y}, {x}, {direction.to(y.scalar_type())})[0];
  };
  EXPECT_LT(relative_error(grad(found, low), grad(expected, high)), kTolerance);
}

ProjectionGroup group_of(int64_t in_features, const std::vector<ProjectionOptions>& outputs,
                         const Tensor& weight) {
  ProjectionGroup group(ProjectionGroupOptions(in_features, outputs).dtype(weight.scalar_type()));
  torch::NoGradGuard no_grad;
  group->weight.copy_(weight);
  return group;
}

TEST(Bf16, RMSNorm) {
  RMSNorm low(RMSNormOptions(64).dtype(torch::kBFloat16));
  RMSNorm high(RMSNormOptions(64).dtype(torch::kDouble));
  low->weight.copy_(rounded({64}));
  high->weight.copy_(low->weight);
  expect_same_in_bf16(
      [&](const Tensor& x) {
        return x.scalar_type() == torch::kDouble ? high->forward(x) : low->forward(x);
      },
      rounded({33, 64}));
}

TEST(Bf16, Mlp) {
  const auto wide = rounded({96, 32}, 0.2);
  const auto narrow = rounded({32, 48}, 0.2);
  expect_same_in_bf16(
      [&](const Tensor& x) {
        const auto dtype = x.scalar_type();
        Mlp mlp(group_of(32, {ProjectionOptions("gate_proj", 48), ProjectionOptions("up_proj", 48)},
                         wide.to(dtype)),
                group_of(48, {ProjectionOptions("down_proj", 32)}, narrow.to(dtype)));
        return mlp->forward(x);
      },
      rounded({33, 32}));
}

TEST(Bf16, CausalAttention) {
  const HeadCounts heads = {4, 2, 16};
  const std::vector<int64_t> offsets = {0, 20, 40, 47};
  const auto positions = torch::cat({torch::arange(20), torch::arange(20), torch::arange(7)});
  const RotaryEmbedding rotary(16, 10000, {});
  expect_same_in_bf16(
      [&](const Tensor& wide) {
        const auto angles = rotary.angles(positions, torch::kBFloat16);
        const auto dtype = wide.scalar_type();
        return causal_attention(wide, {{angles.cos.to(dtype), angles.sin.to(dtype)}, offsets, {}},
                                heads);
      },
      rounded({47, heads.width()}));
}

TEST(Bf16, CausalLmLoss) {
  const auto head = rounded({40, 16});
  const auto targets = find_targets(torch::randint(40, {3, 12}, torch::kLong));
  expect_same_in_bf16(
      [&](const Tensor& hidden) {
        return causal_lm_loss(hidden, head.to(hidden.scalar_type()), targets, 33);
      },
      rounded({3, 12, 16}));
}

// Four experts of which two are chosen: the gate, with gradients of every trained tensor.
TEST(Bf16, ProjectionGroupWithARouter) {
  torch::manual_seed(1);  // with others two experts may be so close that rounding swaps them
  const auto outputs = {ProjectionOptions("q_proj", 24).num_experts(4).top_k(2).rank(4)};
  const auto weight = rounded({24, 32});
  auto low = group_of(32, outputs, weight);
  auto high = group_of(32, outputs, weight.to(torch::kDouble));
  high->to(torch::kDouble);
  std::vector<Tensor> found_at, expected_at;
  {
    torch::NoGradGuard no_grad;
    for (auto& item : low->named_parameters()) {
      if (!item.value().requires_grad()) continue;
      item.value().copy_(rounded(item.value().sizes(), 0.5));
      high->named_parameters()[item.key()].copy_(item.value());
      found_at.push_back(item.value());
      expected_at.push_back(high->named_parameters()[item.key()]);
    }
  }
  const auto x = rounded({40, 32});
  const auto found = low->forward_wide(x);
  const auto expected = high->forward_wide(x.to(torch::kDouble));
  EXPECT_LT(relative_error(found, expected), kTolerance);
  const auto direction = rounded(found.sizes());
  const auto found_grads = torch::autograd::grad({found}, found_at, {direction});
  const auto expected_grads =
      torch::autograd::grad({expected}, expected_at, {direction.to(torch::kDouble)});
  for (size_t i = 0; i < found_at.size(); ++i) {
    EXPECT_LT(relative_error(found_grads[i], expected_grads[i]), kTolerance) << i;
  }
}

}  // namespace
}  // namespace mola
