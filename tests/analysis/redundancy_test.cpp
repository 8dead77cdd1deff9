#include "mola/analysis/redundancy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mola/adapters/adapters.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

LoraMixture random_mixture(int64_t experts) {
  LoraMixture mixture(LoraMixtureOptions(/*in=*/20, /*out=*/12, experts).rank(3).alpha(6));
  torch::NoGradGuard no_grad;
  for (auto& parameter : mixture->parameters()) parameter.normal_();
  return mixture;
}

// The distance between two matrices as it is defined.
double brute_force(const torch::Tensor& one, const torch::Tensor& other) {
  return (one.to(torch::kDouble) - other.to(torch::kDouble)).norm().item<double>();
}

TEST(ExpertDistances, AreThoseOfTheWholeProducts) {
  const auto mixture = random_mixture(5);
  const auto found = expert_distances(*mixture);
  const auto product = [&](int64_t e) {
    const auto& expert = mixture->experts[e];
    return expert->lora_B.to(torch::kDouble).mm(expert->lora_A.to(torch::kDouble)) * 2;
  };
  for (int64_t a = 0; a < 5; ++a) {
    for (int64_t b = 0; b < 5; ++b) {
      const auto& one = mixture->experts[a];
      const auto& other = mixture->experts[b];
      const double in_A = brute_force(one->lora_A, other->lora_A);
      const double in_B = brute_force(one->lora_B, other->lora_B);
      EXPECT_NEAR(found.product[a][b].item<double>(), brute_force(product(a), product(b)), 1e-9);
      EXPECT_NEAR(found.lora_A[a][b].item<double>(), in_A, 1e-9);
      EXPECT_NEAR(found.lora_B[a][b].item<double>(), in_B, 1e-9);
      EXPECT_NEAR(found.factors[a][b].item<double>(), std::hypot(in_A, in_B), 1e-9);
    }
  }
}

// Rank 1, alpha 2: B A is [[1, 2], [0, 0]] and [[0, 0], [3, 0]], twice that is added to W.
TEST(ExpertDistances, OfTwoByTwoByHand) {
  LoraMixture mixture(LoraMixtureOptions(2, 2, 2).rank(1).alpha(2));
  {
    torch::NoGradGuard no_grad;
    mixture->experts[0]->lora_A.copy_(torch::tensor({{1.0, 2.0}}));
    mixture->experts[0]->lora_B.copy_(torch::tensor({{1.0}, {0.0}}));
    mixture->experts[1]->lora_A.copy_(torch::tensor({{3.0, 0.0}}));
    mixture->experts[1]->lora_B.copy_(torch::tensor({{0.0}, {1.0}}));
  }
  const auto found = expert_distances(*mixture);
  const double apart = 2 * std::sqrt(1.0 + 4.0 + 9.0);
  expect_same(found.product, torch::tensor({{0.0, apart}, {apart, 0.0}}, torch::kDouble));
  EXPECT_DOUBLE_EQ(found.lora_A[0][1].item<double>(), std::sqrt(4.0 + 4.0));
  EXPECT_DOUBLE_EQ(found.lora_B[0][1].item<double>(), std::sqrt(1.0 + 1.0));
  EXPECT_DOUBLE_EQ(found.factors[0][1].item<double>(), std::sqrt(10.0));
  const auto mean = mean_over_pairs(found);
  EXPECT_DOUBLE_EQ(mean.product, apart);
  EXPECT_DOUBLE_EQ(mean.factors, std::sqrt(10.0));
}

TEST(ExpertDistances, OfEqualExpertsAreZero) {
  const auto mixture = random_mixture(3);
  {
    torch::NoGradGuard no_grad;
    mixture->experts[2]->lora_A.copy_(mixture->experts[0]->lora_A);
    mixture->experts[2]->lora_B.copy_(mixture->experts[0]->lora_B);
  }
  const auto found = expert_distances(*mixture);
  EXPECT_EQ(found.product[0][2].item<double>(), 0);
  EXPECT_EQ(found.factors[0][2].item<double>(), 0);
  EXPECT_GT(found.product[0][1].item<double>(), 1);
}

// 1e-7 beside numbers of about 1: the squares of the products would not tell them apart.
TEST(ExpertDistances, OfNearExpertsKeepTheirDigits) {
  auto mixture = random_mixture(2);
  mixture->to(torch::kDouble);
  {
    torch::NoGradGuard no_grad;
    mixture->experts[1]->lora_A.copy_(mixture->experts[0]->lora_A);
    mixture->experts[1]->lora_B.copy_(mixture->experts[0]->lora_B);
    mixture->experts[1]->lora_A[0][0] += 1e-7;
  }
  const double expected = 2 * 1e-7 * mixture->experts[0]->lora_B.select(1, 0).norm().item<double>();
  EXPECT_NEAR(expert_distances(*mixture).product[0][1].item<double>() / expected, 1, 1e-6);
}

TEST(MeasureRedundancy, HasEveryProjectionWithTwoExperts) {
  AdapterSpec spec;
  spec["allocation"] = R"({"attention": [1, 3], "mlp": [2, 0]})";
  auto model = tiny_model(resolve(spec, 2));
  const auto found = measure_redundancy(model);
  std::vector<std::string> names;
  for (const auto& record : found) {
    names.push_back(std::to_string(record.layer) + record.projection +
                    std::to_string(record.num_experts));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0gate_proj2", "0up_proj2", "0down_proj2", "1q_proj3",
                                             "1k_proj3", "1v_proj3", "1o_proj3"}));
  const auto& mixture = *model->layers[0]->mlp->down->mixtures[0];
  EXPECT_EQ(found[2].distances.product, mean_over_pairs(expert_distances(mixture)).product);
}

}  // namespace
}  // namespace mola
