#include "mola/nn/pissa.h"

#include <gtest/gtest.h>

#include "mola/nn/mola_linear.h"
#include "support/tensors.h"

namespace mola {
namespace {

MolaLinear pissa_layer(int64_t num_experts, int64_t rank = 2) {
  return MolaLinear(MolaLinearOptions(6, 4, num_experts).rank(rank).alpha(6).init(Init::kPissa));
}

torch::Tensor residual_and_factors(const MolaLinear& layer) {
  const auto& mixture = layer->group->mixtures[0];
  return layer->group->weight + mixture->scaling() * mixture->initial_B.mm(mixture->initial_A);
}

// The weight has the singular values 12, 3 and 1 along the axes, and s is 3: A0 and B0 have roots
// of 4 and 1, and the weight keeps the 1.
TEST(Pissa, TakesTheLargestSingularValues) {
  auto layer = pissa_layer(1);
  auto& weight = layer->group->weight;
  weight.zero_();
  weight[0][1] = 3;
  weight[1][4] = -12;
  weight[3][0] = 1;
  start_pissa(*layer->group, 0);
  auto expected_A = torch::zeros({2, 6});
  expected_A[0][4] = 2;
  expected_A[1][1] = 1;
  auto expected_B = torch::zeros({4, 2});
  expected_B[1][0] = 2;
  expected_B[0][1] = 1;
  auto expected_weight = torch::zeros({4, 6});
  expected_weight[3][0] = 1;
  const auto& expert = layer->group->mixtures[0]->experts[0];
  EXPECT_LT(relative_error(expert->lora_A.abs(), expected_A), 1e-6);
  EXPECT_LT(relative_error(expert->lora_B.abs(), expected_B), 1e-6);
  EXPECT_LT(relative_error(weight, expected_weight), 1e-6);
  EXPECT_LT((expert->lora_B.mm(expert->lora_A)[1][4] + 4).abs().item<double>(), 1e-6);
}

TEST(Pissa, LeavesTheOutputAsItWas) {
  for (const int64_t num_experts : {1, 2, 5}) {
    auto layer = pissa_layer(num_experts);
    const auto x = torch::randn({7, 6});
    const auto before = layer->forward(x).detach();
    const auto W = layer->group->weight.clone();
    start_pissa(*layer->group, 0);
    EXPECT_GT(relative_error(layer->group->weight, W), 0.1);
    EXPECT_LT(relative_error(layer->forward(x), before), 1e-5) << num_experts << " experts";
    EXPECT_LT(relative_error(residual_and_factors(layer), W), 1e-6);
  }
}

// One group as in a model: a rank and a scaling for each projection, and one without experts.
TEST(Pissa, TreatsEachProjectionOfAGroup) {
  ProjectionGroup group(
      ProjectionGroupOptions(
          6, {ProjectionOptions("q", 4).num_experts(3).rank(1), ProjectionOptions("k", 3),
              ProjectionOptions("v", 5).num_experts(1).top_k(1).rank(4).alpha(1)})
          .init(Init::kPissa));
  group->weight.normal_();
  const auto W = group->weight.clone();
  const auto x = torch::randn({7, 6});
  const auto before = group->forward_wide(x).detach();
  for (const size_t index : {0, 2}) start_pissa(*group, index);
  EXPECT_LT(relative_error(group->forward_wide(x), before), 1e-5);
  expect_same(group->projection_weight(1), W.narrow(0, 4, 3));
  EXPECT_EQ(group->mixtures[2]->initial_A.size(0), 4);
}

TEST(Pissa, LeavesAWeightThatIsSharedAlone) {
  auto layer = pissa_layer(2);
  const auto shared = layer->group->weight.detach();
  const auto W = shared.clone();
  start_pissa(*layer->group, 0);
  expect_same(shared, W);
}

TEST(Pissa, PutsSavedFactorsOnTheWeightThatTheyCameFrom) {
  auto layer = pissa_layer(2);
  auto again = std::dynamic_pointer_cast<MolaLinearImpl>(layer->clone());
  start_pissa(*layer->group, 0);
  const auto& saved = *layer->group->mixtures[0];
  set_initial_factors(*again->group, 0, saved.initial_A, saved.initial_B);
  expect_same(again->group->weight, layer->group->weight);
  set_initial_factors(*again->group, 0, saved.initial_A, saved.initial_B);  // which are there
  expect_same(again->group->weight, layer->group->weight);
}

TEST(Pissa, RefusesARankThatTheWeightCannotHave) {
  auto layer = pissa_layer(1, 5);
  EXPECT_THROW(start_pissa(*layer->group, 0), c10::Error);
}

}  // namespace
}  // namespace mola
