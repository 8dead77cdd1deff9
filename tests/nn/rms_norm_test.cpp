#include "mola/nn/rms_norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "support/tensors.h"

namespace mola {
namespace {

TEST(RMSNorm, DividesByTheRootMeanSquare) {
  RMSNorm norm(RMSNormOptions(2).eps(1e-12));
  norm->weight.copy_(torch::tensor({1.0, 10.0}));
  // The mean square of (1, 7) is 25.
  const auto y = norm->forward(torch::tensor({{1.0f, 7.0f}}));
  EXPECT_LT(relative_error(y, torch::tensor({{0.2, 14.0}})), 1e-6);
}

TEST(RMSNorm, KeepsItsStatisticsInFp32) {
  RMSNorm norm(RMSNormOptions(4).dtype(torch::kBFloat16));
  // 300^2 * 4 is far beyond what bf16 adds up exactly; the result is exactly one.
  const auto y = norm->forward(torch::full({1, 4}, 300.0).to(torch::kBFloat16));
  expect_same(y, torch::ones({1, 4}, torch::kBFloat16));
}

TEST(RMSNorm, HasTheGradientOfItsResult) {
  RMSNorm norm(RMSNormOptions(5).dtype(torch::kDouble));
  norm->weight.normal_();
  const auto x = torch::randn({3, 5}, torch::kDouble).requires_grad_();
  expect_gradients([&] { return norm->forward(x); }, {x});
  EXPECT_FALSE(norm->weight.grad().defined());
  norm->weight.requires_grad_();
  expect_gradients([&] { return norm->forward(x); }, {x, norm->weight});
}

TEST(RMSNorm, RefusesAnotherSize) {
  EXPECT_THROW(RMSNorm(RMSNormOptions(4))->forward(torch::ones({2, 8})), c10::Error);
}

TEST(RMSNorm, RefusesASecondDerivative) {
  const auto x = torch::randn({2, 3}).requires_grad_();
  const auto y = RMSNorm(RMSNormOptions(3))->forward(x);
  EXPECT_THROW(torch::autograd::grad({y.sum()}, {x}, {}, true, /*create_graph=*/true), c10::Error);
}

TEST(RMSNorm, IsFrozen) { EXPECT_FALSE(RMSNorm(RMSNormOptions(2))->weight.requires_grad()); }

}  // namespace
}  // namespace mola
