#include "ops/parameter_block.h"

#include <gtest/gtest.h>

#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

std::vector<Tensor> leaves(const std::vector<std::vector<int64_t>>& sizes,
                           torch::Dtype dtype = torch::kFloat) {
  std::vector<Tensor> parts;
  for (const auto& size : sizes) {
    parts.push_back(torch::randn(size, torch::dtype(dtype).requires_grad(true)));
  }
  return parts;
}

TEST(Pack, LaysRowsSideBySide) {
  const std::vector<Tensor> parts = {torch::tensor({{1., 2.}}).requires_grad_(),
                                     torch::tensor({{3., 4.}, {5., 6.}}).requires_grad_()};
  expect_same(parameter_block(parts, 0).detach(), torch::tensor({{1., 2.}, {3., 4.}, {5., 6.}}));
  EXPECT_TRUE(parts[0].storage().is_alias_of(parts[1].storage()));
}

TEST(Pack, LaysColumnsSideBySide) {
  const std::vector<Tensor> parts = {torch::tensor({{1.}, {2.}}).requires_grad_(),
                                     torch::tensor({{3., 4.}, {5., 6.}}).requires_grad_()};
  expect_same(parameter_block(parts, 1).detach(), torch::tensor({{1., 3., 4.}, {2., 5., 6.}}));
  EXPECT_TRUE(parts[1].is_non_overlapping_and_dense());
}

TEST(Pack, CopiesNothingTheSecondTime) {
  for (const int64_t dim : {0, 1}) {
    const auto parts = leaves({{3, 3}, {3, 3}});
    const auto first = parameter_block(parts, dim);
    const auto second = parameter_block(parts, dim);
    EXPECT_EQ(first.data_ptr(), second.data_ptr());
    EXPECT_EQ(first.data_ptr(), parts[0].data_ptr());
  }
}

TEST(Pack, SeesWhatIsWrittenIntoAPart) {
  auto parts = leaves({{2, 3}, {1, 3}});
  parameter_block(parts, 0);
  {
    torch::NoGradGuard no_grad;
    parts[1].fill_(7);
  }
  expect_same(parameter_block(parts, 0).detach()[2], torch::full({3}, 7.0f));
}

TEST(Pack, PacksAgainAfterAPartMoved) {
  auto parts = leaves({{2, 3}, {2, 3}});
  parameter_block(parts, 0);
  parts[0].set_data(torch::ones({2, 3}));
  expect_same(parameter_block(parts, 0).detach()[0], torch::ones({3}));
  EXPECT_TRUE(parts[0].storage().is_alias_of(parts[1].storage()));
}

TEST(Pack, GradientsReachEachPart) {
  for (const int64_t dim : {0, 1}) {
    const auto parts = leaves({{2, 2}, {2, 2}, {2, 2}}, torch::kDouble);
    expect_gradients([&] { return parameter_block(parts, dim).square(); }, parts);
  }
}

TEST(Pack, NoticesAPartChangedBeforeTheBackwardPass) {
  auto parts = leaves({{1, 2}, {1, 2}});
  const auto sum = parameter_block(parts, 0).square().sum();
  {
    torch::NoGradGuard no_grad;
    parts[1].add_(1);
  }
  EXPECT_THROW(sum.backward(), c10::Error);
}

TEST(Pack, AFirstUseInInferenceModeLeavesPartsThatTrain) {
  const auto parts = leaves({{1, 2}, {1, 2}});
  {
    c10::InferenceMode inference;
    parameter_block(parts, 0);
  }
  parameter_block(parts, 0).square().sum().backward();
  EXPECT_LT(relative_error(parts[1].grad(), 2 * parts[1].detach()), 1e-6);
}

TEST(Pack, APartThatIsNotTrainedGetsNoGradient) {
  auto parts = leaves({{1, 2}, {1, 2}});
  parts[0].requires_grad_(false);
  parameter_block(parts, 0).sum().backward();
  EXPECT_FALSE(parts[0].grad().defined());
  expect_same(parts[1].grad(), torch::ones({1, 2}));
}

}  // namespace
}  // namespace mola
