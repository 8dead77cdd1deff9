#include "mola/nn/mlp.h"

#include <gtest/gtest.h>

#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

ProjectionGroup random_group(int64_t in_features, const std::vector<ProjectionOptions>& outputs,
                             torch::Dtype dtype) {
  ProjectionGroup group(ProjectionGroupOptions(in_features, outputs).dtype(dtype));
  torch::NoGradGuard no_grad;
  group->weight.normal_();
  return group;
}

Mlp random_mlp(torch::Dtype dtype) {
  return Mlp(
      random_group(3, {ProjectionOptions("gate_proj", 5), ProjectionOptions("up_proj", 5)}, dtype),
      random_group(5, {ProjectionOptions("down_proj", 3)}, dtype));
}

TEST(Mlp, IsSwiGLU) {
  for (const auto dtype : {torch::kDouble, torch::kFloat}) {
    auto mlp = random_mlp(dtype);
    const auto x = torch::randn({4, 3}, dtype) * 3;
    const auto gate = torch::linear(x, mlp->gate_up->projection_weight(0));
    const auto up = torch::linear(x, mlp->gate_up->projection_weight(1));
    const auto expected = torch::linear(torch::silu(gate) * up, mlp->down->weight);
    EXPECT_LT(relative_error(mlp->forward(x), expected), 1e-6);
  }
}

TEST(Mlp, HasTheGradientOfItsResult) {
  auto mlp = random_mlp(torch::kDouble);
  const auto x = torch::randn({4, 3}, torch::kDouble).requires_grad_();
  expect_gradients([&] { return mlp->forward(x); }, {x});
}

// The weight of down gets its gradient from the activation that is computed again.
TEST(Mlp, HasTheGradientsOfItsWeights) {
  auto mlp = random_mlp(torch::kDouble);
  const auto x = torch::randn({4, 3}, torch::kDouble);
  for (auto& parameter : mlp->parameters()) parameter.requires_grad_();
  expect_gradients([&] { return mlp->forward(x); }, mlp->parameters());
}

// With experts on down, whose gradients take the activation that is computed again.
TEST(Mlp, HasTheGradientsOfItsResultWithExperts) {
  Mlp mlp(random_group(3, {ProjectionOptions("gate_proj", 5), ProjectionOptions("up_proj", 5)},
                       torch::kDouble),
          random_group(5, {ProjectionOptions("down_proj", 3).num_experts(3).top_k(2).rank(2)},
                       torch::kDouble));
  randomize_lora_B(*mlp);
  mlp->to(torch::kDouble);
  const auto x = torch::randn({4, 3}, torch::kDouble).requires_grad_();
  std::vector<torch::Tensor> inputs = {x};
  for (const auto& parameter : mlp->parameters()) {
    if (parameter.requires_grad()) inputs.push_back(parameter);
  }
  ASSERT_EQ(inputs.size(), 1 + 3 + 3 + 1u);  // A, B, and the router
  expect_gradients([&] { return mlp->forward(x); }, inputs);
}

TEST(Mlp, RefusesGroupsThatDoNotFit) {
  const auto build = [](const std::vector<ProjectionOptions>& gate_up) {
    Mlp(random_group(3, gate_up, torch::kFloat),
        random_group(5, {ProjectionOptions("down_proj", 3)}, torch::kFloat));
  };
  const ProjectionOptions gate("gate_proj", 5);
  EXPECT_NO_THROW(build({gate, ProjectionOptions("up_proj", 5)}));
  EXPECT_THROW(build({gate}), c10::Error);
  EXPECT_THROW(build({gate, ProjectionOptions("up_proj", 4)}), c10::Error);
}

}  // namespace
}  // namespace mola
