#include "mola/nn/lora_expert.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.h"

namespace mola {
namespace {

TEST(LoraExpert, ScalesTheProductOfBAndA) {
  LoraExpert expert(LoraExpertOptions(2, 2).rank(1).alpha(3));
  {
    torch::NoGradGuard no_grad;
    expert->lora_A.copy_(torch::tensor({{1., 2.}}));
    expert->lora_B.copy_(torch::tensor({{1.}, {-1.}}));
  }
  // A x = 1 * 5 + 2 * 1 = 7; alpha / r = 3.
  expect_same(expert->forward(torch::tensor({{5., 1.}})).detach(), torch::tensor({{21., -21.}}));
}

TEST(LoraExpert, FreshGivesZero) {
  LoraExpert expert(4, 6);
  expect_same(expert->forward(torch::randn({3, 4})).detach(), torch::zeros({3, 6}));
}

TEST(LoraExpert, KaimingBoundsA) {
  LoraExpert expert(LoraExpertOptions(64, 8).rank(16));
  // kaiming_uniform with a = sqrt(5) is uniform within 1 / sqrt(fan_in).
  EXPECT_LE(expert->lora_A.abs().max().item<double>(), 1 / std::sqrt(64.0));
  EXPECT_GT(expert->lora_A.abs().max().item<double>(), 0.9 / std::sqrt(64.0));
}

TEST(LoraExpert, GaussianHasTheSpreadOfTheRank) {
  LoraExpert expert(LoraExpertOptions(4096, 8).rank(8).init(Init::kGaussian));
  EXPECT_NEAR(expert->lora_A.std().item<double>(), 1.0 / 8, 0.005);
}

TEST(LoraExpert, RefusesBadOptions) {
  EXPECT_THROW(LoraExpert(0, 4), c10::Error);
  EXPECT_THROW(LoraExpert(LoraExpertOptions(4, 4).rank(0)), c10::Error);
  EXPECT_THROW(LoraExpert(LoraExpertOptions(4, 4).alpha(0)), c10::Error);
}

TEST(LoraExpert, PrintsItsOptions) {
  std::ostringstream text;
  LoraExpert expert(4, 6);
  expert->pretty_print(text);
  EXPECT_EQ(text.str(), "mola::LoraExpert(in_features=4, out_features=6, rank=8, alpha=16)");
}

}  // namespace
}  // namespace mola
