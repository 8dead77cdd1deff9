#include "mola/nn/adaption_prompt.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

// One token, one head of two numbers. The keys are the prompt's rows, and so are the values, upside
// down: scores 0 and sqrt(2) ln 3 / sqrt(2) give weights of 1/4 and 3/4.
TEST(AdaptionPrompt, AddsItsValuesByHand) {
  torch::NoGradGuard no_grad;
  AdaptionPrompt module(AdaptionPromptOptions(2, 2));
  module->prompt.copy_(torch::eye(2));
  module->gate.fill_(2);
  const auto query = torch::tensor({0.0, std::sqrt(2.0) * std::log(3.0)}, torch::kFloat);
  const auto found = module->forward(query.view({1, 1, 2}), torch::eye(2), torch::eye(2).flip(0));
  EXPECT_LT(relative_error(found, torch::tensor({{1.5, 0.5}})), 1e-6);
}

// Head by head and token by token. Four query heads share two keys'.
Tensor reference(const AdaptionPrompt& module, const Tensor& query, const Tensor& key_weight,
                 const Tensor& value_weight) {
  const auto dim = query.size(2);
  const auto keys = torch::matmul(module->prompt, key_weight.t());
  const auto values = torch::matmul(module->prompt, value_weight.t());
  const int64_t shared = query.size(1) * dim / keys.size(1);
  std::vector<Tensor> heads;
  for (int64_t h = 0; h < query.size(1); ++h) {
    const auto part = [&](const Tensor& rows) { return rows.narrow(1, h / shared * dim, dim); };
    const auto scores = torch::matmul(query.select(1, h), part(keys).t()) / std::sqrt(dim);
    heads.push_back(module->gate * torch::matmul(torch::softmax(scores, -1), part(values)));
  }
  return torch::cat(heads, 1);
}

struct Case {
  AdaptionPrompt module{nullptr};
  Tensor query, key_weight, value_weight;

  Tensor forward() const { return module->forward(query, key_weight, value_weight); }
};

// Three tokens, four heads of 2, two keys' heads, a prompt of 5 rows of 6.
Case random_case() {
  Case made = {AdaptionPrompt(AdaptionPromptOptions(5, 6)), torch::randn({3, 4, 2}, torch::kDouble),
               torch::randn({4, 6}, torch::kDouble), torch::randn({4, 6}, torch::kDouble)};
  made.module->to(torch::kDouble);
  torch::NoGradGuard no_grad;
  made.module->gate.fill_(0.7);
  made.query.requires_grad_();
  return made;
}

TEST(AdaptionPrompt, EqualsHeadsOneByOne) {
  const auto given = random_case();
  const auto expected = reference(given.module, given.query, given.key_weight, given.value_weight);
  EXPECT_LT(relative_error(given.forward(), expected), 1e-14);
}

TEST(AdaptionPrompt, HasTheGradientsOfItsResult) {
  const auto given = random_case();
  expect_gradients([&] { return given.forward(); },
                   {given.module->prompt, given.module->gate, given.query});
}

TEST(AdaptionPrompt, GivesNothingWhileFresh) {
  auto given = random_case();
  given.module->reset_parameters();
  EXPECT_TRUE(given.forward().eq(0).all().item<bool>());
  EXPECT_GT(given.module->prompt.std().item<double>(), 0.5);
}

TEST(AdaptionPrompt, RefusesSizesBelowOne) {
  EXPECT_THROW(AdaptionPrompt(AdaptionPromptOptions(0, 6)), c10::Error);
  EXPECT_THROW(AdaptionPrompt(AdaptionPromptOptions(5, 0)), c10::Error);
}

}  // namespace
}  // namespace mola
