#include "mola/loss/causal_lm_loss.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <cmath>

#include "support/tensors.h"

namespace mola {
namespace {

constexpr int kNone = kIgnoreIndex;

TEST(CausalLmLoss, PredictsTheNextLabel) {
  // The head passes the hidden state on as logits (log 1, log 3), so p = (1/4, 3/4).
  const auto hidden = torch::log(torch::tensor({1.0f, 3.0f})).expand({1, 3, 2});
  const auto labels = torch::tensor({{0, 1, 0}});
  const auto loss = causal_lm_loss(hidden, torch::eye(2), find_targets(labels), 2);
  EXPECT_NEAR(loss.item<double>(), (-std::log(0.75) - std::log(0.25)) / 2, 1e-6);
}

// A position that stands for three rows: one predicts token 0, two predict token 1.
TEST(CausalLmLoss, WeighsTheTargetsOfAPosition) {
  const auto hidden = torch::log(torch::tensor({{1.0f, 3.0f}})).requires_grad_();
  const auto ids = [](const std::vector<int64_t>& values) { return torch::tensor(values); };
  const Targets targets = {ids({0, 0}), ids({0, 1}), ids({1, 2}), /*weight_sum=*/3};
  EXPECT_EQ(targets.count(), 3);
  const auto loss = causal_lm_loss(hidden, torch::eye(2), targets, /*normalizer=*/1);
  EXPECT_NEAR(loss.item<double>(), -std::log(0.25) - 2 * std::log(0.75), 1e-6);
  loss.backward();  // 3 (1/4, 3/4) - (1, 2)
  EXPECT_LT(relative_error(hidden.grad(), torch::tensor({{-0.25f, 0.25f}})), 1e-6);
}

TEST(CausalLmLoss, WeightsAreRepetitions) {
  const auto hidden = torch::randn({4, 3}, torch::kDouble).requires_grad_();
  const auto head = torch::randn({5, 3}, torch::kDouble).requires_grad_();
  const auto ids = [](const std::vector<int64_t>& values) { return torch::tensor(values); };
  const Targets weighted = {ids({0, 1, 1, 3}), ids({2, 0, 4, 1}), ids({3, 1, 2, 1}), 7};
  const Targets repeated = {ids({0, 0, 0, 1, 1, 1, 3}), ids({2, 2, 2, 0, 4, 4, 1}), {}};
  ASSERT_EQ(weighted.count(), repeated.count());
  const auto found = causal_lm_loss(hidden, head, weighted, 7);
  const auto expected = causal_lm_loss(hidden, head, repeated, 7);
  EXPECT_LT(relative_error(found, expected), 1e-12);
  const auto found_grads = torch::autograd::grad({found}, {hidden, head});
  const auto expected_grads = torch::autograd::grad({expected}, {hidden, head});
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_LT(relative_error(found_grads[i], expected_grads[i]), 1e-12) << i;
  }
  expect_gradients([&] { return causal_lm_loss(hidden, head, weighted, 7); }, {hidden, head});
}

TEST(CausalLmLoss, SkipsWhatIsUnlabelled) {
  const auto hidden = torch::randn({2, 4, 3});
  const auto head = torch::randn({5, 3});
  const auto labels = torch::tensor({{1, kNone, 2, kNone}, {kNone, kNone, kNone, 4}});
  const auto targets = find_targets(labels);
  expect_same(targets.positions, torch::tensor({1, 6}, torch::kLong));  // of 2 x 4 tokens
  expect_same(targets.tokens, torch::tensor({2, 4}, torch::kLong));
  const auto log_p = torch::log_softmax(torch::linear(hidden, head), -1);
  const auto expected = -(log_p[0][1][2] + log_p[1][2][4]) / 2;
  EXPECT_LT(relative_error(causal_lm_loss(hidden, head, targets, 2), expected), 1e-6);
}

TEST(CausalLmLoss, NothingLabelledIsZeroWithGradientZero) {
  const auto hidden = torch::randn({1, 3, 2}).requires_grad_();
  const auto labels = torch::full({1, 3}, kNone, torch::kLong);
  const auto loss = causal_lm_loss(hidden, torch::randn({4, 2}), find_targets(labels), 7);
  EXPECT_EQ(loss.item<double>(), 0);
  loss.backward();
  expect_same(hidden.grad(), torch::zeros({1, 3, 2}));
}

TEST(CausalLmLoss, WithoutAnyTargetInTheStepIsZero) {
  const auto targets = find_targets(torch::zeros({2, 1}, torch::kLong));
  EXPECT_EQ(targets.count(), 0);
  EXPECT_EQ(causal_lm_loss(torch::randn({2, 1, 2}), torch::eye(2), targets, 0).item<double>(), 0);
}

TEST(CausalLmLoss, RefusesTargetsOutsideTheVocabulary) {
  const auto hidden = torch::randn({1, 3, 2});
  for (const int64_t id : {-1, 4}) {
    const auto targets = find_targets(torch::full({1, 3}, id, torch::kLong));
    EXPECT_THROW(causal_lm_loss(hidden, torch::randn({4, 2}), targets, 2), c10::Error) << id;
  }
}

TEST(CausalLmLoss, IsFp32ForABf16Model) {
  const auto hidden = torch::randn({1, 3, 2}).to(torch::kBFloat16);
  const auto loss = causal_lm_loss(hidden, torch::randn({4, 2}).to(torch::kBFloat16),
                                   find_targets(torch::tensor({{0, 1, 2}})), 2);
  EXPECT_EQ(loss.scalar_type(), torch::kFloat);
}

// 20 chunks of 16 equal targets each add 0.05 to a sum that bf16 would hold in steps of 0.004.
TEST(CausalLmLoss, SumsTheHeadsGradientInFp32) {
  const int64_t targets = 320;
  const auto hidden = torch::ones({1, targets + 1, 1}, torch::kBFloat16).requires_grad_();
  const auto head = torch::zeros({262144, 1}, torch::kBFloat16).requires_grad_();
  causal_lm_loss(hidden, head, find_targets(torch::zeros({1, targets + 1}, torch::kLong)), targets)
      .backward();
  EXPECT_NEAR(head.grad()[0].item<double>(), -1, 0.002);
}

TEST(CausalLmLoss, HasTheGradientOfItsResult) {
  const auto hidden = torch::randn({2, 4, 3}, torch::kDouble).requires_grad_();
  const auto head = torch::randn({5, 3}, torch::kDouble);
  const auto targets = find_targets(torch::tensor({{1, kNone, 2, 0}, {kNone, 3, kNone, 4}}));
  expect_gradients([&] { return causal_lm_loss(hidden, head, targets, 2); }, {hidden});
  EXPECT_FALSE(head.grad().defined());
  head.requires_grad_();
  expect_gradients([&] { return causal_lm_loss(hidden, head, targets, 2); }, {hidden, head});
}

// A vocabulary so large that only 16 rows of logits exist at a time.
TEST(CausalLmLoss, InChunksEqualsTheWhole) {
  constexpr int64_t kVocabulary = 512000;
  const auto hidden = torch::randn({1, 19, 2}, torch::kDouble).requires_grad_();
  const auto head = torch::randn({kVocabulary, 2}, torch::kDouble).requires_grad_();
  const auto ids = torch::randint(kVocabulary, {1, 19}, torch::kLong);
  const auto found = causal_lm_loss(hidden, head, find_targets(ids), 18);
  const auto found_grads = torch::autograd::grad({found}, {hidden, head});
  const auto logits = torch::linear(hidden[0].narrow(0, 0, 18), head);
  const auto expected = torch::cross_entropy_loss(logits, ids[0].narrow(0, 1, 18));
  const auto expected_grads = torch::autograd::grad({expected}, {hidden, head});
  EXPECT_LT(relative_error(found, expected), 1e-12);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_LT(relative_error(found_grads[i], expected_grads[i]), 1e-12) << i;
  }
}

}  // namespace
}  // namespace mola
