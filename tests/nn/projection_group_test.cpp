#include "mola/nn/projection_group.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kIn = 6;

// Projections with 3, 1 and no experts, of different widths, ranks and top_k.
ProjectionGroup mixed_group(double dropout = 0) {
  const auto options =
      ProjectionGroupOptions(
          kIn, {ProjectionOptions("q_proj", 5).num_experts(3).top_k(2).rank(2).alpha(4),
                ProjectionOptions("k_proj", 4).num_experts(1).top_k(1).rank(3),
                ProjectionOptions("v_proj", 3)})
          .dropout(dropout);
  ProjectionGroup group(options);
  torch::NoGradGuard no_grad;
  group->weight.normal_();
  return group;
}

TEST(ProjectionGroup, FreshEqualsTheFrozenLayersToTheBit) {
  auto group = mixed_group();
  const auto x = torch::randn({2, 7, kIn});
  const auto outputs = group->forward(x);
  ProjectionGroup without(
      ProjectionGroupOptions(kIn, {ProjectionOptions("q_proj", 5), ProjectionOptions("k_proj", 4),
                                   ProjectionOptions("v_proj", 3)}));
  without->weight.set_data(group->weight);
  const auto frozen = without->forward(x);
  for (size_t i = 0; i < 3; ++i) expect_same(outputs[i].detach(), frozen[i]);
  EXPECT_LT(relative_error(torch::cat(frozen, -1), torch::linear(x, group->weight)), 1e-6);
}

TEST(ProjectionGroup, IsInBlocksFromTheStart) {
  const auto group = mixed_group();
  const auto& mixture = *group->mixtures[0];
  const auto& first = *mixture.experts[0];
  for (const auto& expert : mixture.experts) {
    EXPECT_TRUE(expert->lora_A.is_alias_of(first.lora_A));
    EXPECT_TRUE(expert->lora_B.is_alias_of(first.lora_B));
  }
  EXPECT_TRUE(group->mixtures[1]->experts[0]->lora_A.is_alias_of(first.lora_A));
  EXPECT_TRUE(mixture.router->weight.is_alias_of(first.lora_A));
}

// The logits 256 and 256.5 are one number in bf16.
TEST(ProjectionGroup, ChoosesByLogitsInFp32) {
  ProjectionGroup group(ProjectionGroupOptions(2, {ProjectionOptions("q_proj", 3).num_experts(2)})
                            .dtype(torch::kBFloat16));
  auto& router = group->mixtures[0]->router;
  {
    torch::NoGradGuard no_grad;
    group->weight.zero_();
    router->weight.copy_(torch::tensor({{1.0, 0.0}, {1.0, 0.5}}));
  }
  const auto x = torch::tensor({{256, 1}}).to(torch::kBFloat16);
  RoutingTrace trace;
  group->forward(x, &trace);
  const auto& largest = trace.records[0].routing.expert_indices;
  EXPECT_EQ(largest[0][0].item<int64_t>(), 1);
  expect_same(router->forward(x).expert_indices, largest);
}

TEST(ProjectionGroup, EqualsTheReference) {
  auto group = mixed_group();
  randomize_lora_B(*group);
  group->to(torch::kDouble);
  const auto x = torch::randn({11, kIn}, torch::kDouble).requires_grad_();
  const auto outputs = group->forward(x);
  for (size_t i = 0; i < outputs.size(); ++i) {
    auto expected = x.matmul(group->projection_weight(i).t());
    if (!group->mixtures[i].is_empty()) {
      expected = expected + reference_mixture(group->mixtures[i], x);
    }
    EXPECT_LT(relative_error(outputs[i], expected), 1e-12) << i;

    // The same gradients, of the input and of every trained tensor.
    std::vector<Tensor> inputs = {x};
    for (const auto& parameter : group->parameters()) {
      if (parameter.requires_grad()) inputs.push_back(parameter);
    }
    const auto direction = torch::randn_like(expected);
    const auto found_grads = torch::autograd::grad({outputs[i]}, inputs, {direction}, true, false,
                                                   /*allow_unused=*/true);
    const auto expected_grads = torch::autograd::grad({expected}, inputs, {direction}, true, false,
                                                      /*allow_unused=*/true);
    for (size_t j = 0; j < inputs.size(); ++j) {
      const auto zero = torch::zeros_like(inputs[j]);
      EXPECT_LT(relative_error(found_grads[j].defined() ? found_grads[j] : zero,
                               expected_grads[j].defined() ? expected_grads[j] : zero),
                1e-12)
          << i << " " << j;
    }
  }
}

TEST(ProjectionGroup, HasTheGradientsOfItsResultWithDropout) {
  auto group = mixed_group(/*dropout=*/0.3);
  randomize_lora_B(*group);
  group->to(torch::kDouble);
  const auto x = torch::randn({7, kIn}, torch::kDouble).requires_grad_();
  std::vector<Tensor> inputs = {x};
  for (const auto& parameter : group->parameters()) {
    if (parameter.requires_grad()) inputs.push_back(parameter);
  }
  // Outputs and router probabilities, with the same dropout each time.
  const auto outputs = [&] {
    torch::manual_seed(3);
    RoutingTrace trace;
    const auto y = group->forward_wide(x, &trace);
    return torch::cat({y, trace.records.at(0).routing.probabilities}, 1);
  };
  expect_gradients(outputs, inputs);
}

TEST(ProjectionGroup, HasTheGradientsOfAWeightAndBiasThatAreTrained) {
  for (const int64_t num_experts : {0, 1, 3}) {
    const auto projection = ProjectionOptions("q_proj", 4)
                                .num_experts(num_experts)
                                .top_k(num_experts == 3 ? 2 : 1)
                                .rank(2);
    ProjectionGroup group(ProjectionGroupOptions(kIn, {projection}).bias(true).dropout(0.3));
    group->to(torch::kDouble);
    {
      torch::NoGradGuard no_grad;
      for (auto& parameter : group->parameters()) parameter.normal_();
    }
    const auto x = torch::randn({7, kIn}, torch::kDouble);  // needs no gradient itself
    const auto y = [&] {
      torch::manual_seed(3);
      return group->forward_wide(x);
    };
    group->weight.requires_grad_();
    expect_gradients(y, {group->weight});
    EXPECT_FALSE(group->bias.grad().defined());
    group->bias.requires_grad_();
    expect_gradients(y, group->parameters());
  }
}

TEST(ProjectionGroup, GradientsReachTheAdapterOnly) {
  auto group = mixed_group();
  randomize_lora_B(*group);
  const auto outputs = group->forward(torch::randn({32, kIn}));
  (outputs[0].square().sum() + outputs[1].square().sum() + outputs[2].sum()).backward();
  for (const auto& item : group->named_parameters()) {
    const bool is_adapter = item.key() != "weight";
    ASSERT_EQ(item.value().grad().defined(), is_adapter) << item.key();
    if (!is_adapter) continue;
    EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0) << item.key();
  }
}

TEST(ProjectionGroup, TracesOnlyProjectionsWithARouter) {
  auto group = mixed_group();
  RoutingTrace trace;
  trace.layer = 3;
  group->forward(torch::randn({2, 4, kIn}), &trace);
  ASSERT_EQ(trace.records.size(), 1);
  EXPECT_EQ(trace.records[0].layer, 3);
  EXPECT_EQ(trace.records[0].projection, "q_proj");
  EXPECT_EQ(trace.records[0].routing.expert_indices.sizes(), at::IntArrayRef({8, 2}));
}

TEST(ProjectionGroup, DropoutThinsTheExpertsButNotTheRouter) {
  auto group = mixed_group(/*dropout=*/0.5);
  randomize_lora_B(*group);
  const auto x = torch::randn({64, kIn});
  RoutingTrace dropped;
  RoutingTrace whole;
  const auto with_dropout = group->forward(x, &dropped);
  group->eval();
  const auto without = group->forward(x, &whole);
  EXPECT_FALSE(torch::equal(with_dropout[0], without[0]));
  expect_same(with_dropout[2], without[2]);
  EXPECT_LT(relative_error(dropped.records[0].routing.probabilities,
                           whole.records[0].routing.probabilities),
            1e-6);
}

TEST(ProjectionGroup, DropoutKeepsTheMean) {
  auto group = mixed_group(/*dropout=*/0.3);
  randomize_lora_B(*group);
  torch::manual_seed(0);
  const auto x = torch::randn({1, kIn});
  const auto many = group->forward(x.expand({20000, kIn}));
  group->eval();
  EXPECT_LT(relative_error(many[1].mean(0), group->forward(x)[1][0]), 0.05);
}

TEST(ProjectionGroup, RunsInBf16WithFp32Experts) {
  auto group = mixed_group();
  randomize_lora_B(*group);
  const auto x = torch::randn({16, kIn}).to(torch::kBFloat16);
  const auto expected = group->forward(x.to(torch::kFloat));
  {
    torch::NoGradGuard no_grad;
    group->weight.set_data(group->weight.to(torch::kBFloat16));
  }
  const auto found = group->forward(x);
  EXPECT_EQ(found[0].scalar_type(), torch::kBFloat16);
  EXPECT_THROW(group->forward(x.to(torch::kFloat)), c10::Error);
  EXPECT_LT(relative_error(found[1], expected[1]), 0.02);
}

// In one pass and in two; in a model's first layer, only the delta has a gradient.
TEST(ProjectionGroup, NormsItsInput) {
  auto group = mixed_group();
  randomize_lora_B(*group);
  group->to(torch::kDouble);
  RMSNorm norm(RMSNormOptions(kIn).dtype(torch::kDouble));
  norm->weight.normal_();
  for (const bool is_first_layer : {false, true}) {
    const auto x = torch::randn({2, 4, kIn}, torch::kDouble).requires_grad_(!is_first_layer);
    const auto delta = torch::randn({2, 4, kIn}, torch::kDouble).requires_grad_();
    std::vector<Tensor> leaves = group->parameters();
    leaves.push_back(x);
    leaves.push_back(delta);
    const auto gradients_of = [&](const std::pair<Tensor, Tensor>& result) {
      for (auto& leaf : leaves) leaf.mutable_grad() = Tensor();
      (result.first * 2 + result.second.sum(-1, true) * 3).square().sum().backward();
      std::vector<Tensor> gradients;
      for (const auto& leaf : leaves) {
        if (leaf.requires_grad()) gradients.push_back(leaf.grad());
      }
      return gradients;
    };
    const auto sum = x + delta;
    const auto expected = std::pair(sum, group->forward_wide(norm->forward(sum)));
    const auto found = group->forward_normed(x, delta, *norm);
    EXPECT_LT(relative_error(found.first, expected.first), 1e-12);
    EXPECT_LT(relative_error(found.second, expected.second), 1e-12);
    const auto expected_gradients = gradients_of(expected);
    const auto found_gradients = gradients_of(found);
    ASSERT_EQ(found_gradients.size(), expected_gradients.size());
    for (size_t i = 0; i < expected_gradients.size(); ++i) {
      EXPECT_LT(relative_error(found_gradients[i], expected_gradients[i]), 1e-10) << i;
    }
  }
}

TEST(ProjectionGroup, RefusesBadOptions) {
  const auto build = [](const ProjectionGroupOptions& options) { ProjectionGroup group(options); };
  const ProjectionOptions good("a", 2);
  EXPECT_THROW(build(ProjectionGroupOptions(0, {good})), c10::Error);
  EXPECT_THROW(build(ProjectionGroupOptions(2, {})), c10::Error);
  EXPECT_THROW(build(ProjectionGroupOptions(2, {good, good})), c10::Error);
  EXPECT_THROW(build(ProjectionGroupOptions(2, {good}).dropout(1.0)), c10::Error);
  EXPECT_THROW(build(ProjectionGroupOptions(2, {ProjectionOptions("a", 0)})), c10::Error);
  EXPECT_THROW(build(ProjectionGroupOptions(2, {ProjectionOptions("a", 2).num_experts(-1)})),
               c10::Error);
  EXPECT_THROW(
      build(ProjectionGroupOptions(2, {ProjectionOptions("a", 2).num_experts(2).top_k(3)})),
      c10::Error);
}

}  // namespace
}  // namespace mola
