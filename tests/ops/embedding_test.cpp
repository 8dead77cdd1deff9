#include "ops/embedding.h"

#include <gtest/gtest.h>

#include "support/tensors.h"

namespace mola {
namespace {

TEST(Embedding, TakesTheRowsOfTheIds) {
  const auto weight = torch::tensor({{1, 2}, {3, 4}, {5, 6}}, torch::kFloat);
  expect_same(embed(weight, torch::tensor({2, 0, 2})),
              torch::tensor({{5, 6}, {1, 2}, {5, 6}}, torch::kFloat));
}

TEST(Embedding, HasTheGradientOfItsResult) {
  const auto weight = torch::randn({3, 2}, torch::kDouble).requires_grad_();
  const auto ids = torch::tensor({2, 0, 2});
  expect_gradients([&] { return embed(weight, ids).pow(2).sum(); }, {weight});
}

// In bf16, 256 + 1 is 256.
TEST(Embedding, SumsGradientsInFp32) {
  const auto weight = torch::ones({3, 2}, torch::kBFloat16).requires_grad_();
  embed(weight, torch::full({2048}, 1)).sum().backward();
  expect_same(weight.grad(),
              torch::tensor({{0, 0}, {2048, 2048}, {0, 0}}, torch::kFloat).to(torch::kBFloat16));
}

}  // namespace
}  // namespace mola
