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

Tensor block(const std::vector<Tensor>& parts, int64_t dim) {
  return parameter_block(parts, dim, parts[0].scalar_type());
}

TEST(Pack, LaysRowsSideBySide) {
  const std::vector<Tensor> parts = {torch::tensor({{1., 2.}}).requires_grad_(),
                                     torch::tensor({{3., 4.}, {5., 6.}}).requires_grad_()};
  expect_same(block(parts, 0).detach(), torch::tensor({{1., 2.}, {3., 4.}, {5., 6.}}));
  EXPECT_TRUE(parts[0].storage().is_alias_of(parts[1].storage()));
}

TEST(Pack, LaysColumnsSideBySide) {
  const std::vector<Tensor> parts = {torch::tensor({{1.}, {2.}}).requires_grad_(),
                                     torch::tensor({{3., 4.}, {5., 6.}}).requires_grad_()};
  expect_same(block(parts, 1).detach(), torch::tensor({{1., 3., 4.}, {2., 5., 6.}}));
  EXPECT_TRUE(parts[1].is_non_overlapping_and_dense());
}

TEST(Pack, CopiesNothingTheSecondTime) {
  for (const int64_t dim : {0, 1}) {
    const auto parts = leaves({{3, 3}, {3, 3}});
    const auto first = block(parts, dim);
    const auto second = block(parts, dim);
    EXPECT_EQ(first.data_ptr(), second.data_ptr());
    EXPECT_EQ(first.data_ptr(), parts[0].data_ptr());
  }
}

TEST(Pack, SeesWhatIsWrittenIntoAPart) {
  auto parts = leaves({{2, 3}, {1, 3}});
  block(parts, 0);
  {
    torch::NoGradGuard no_grad;
    parts[1].fill_(7);
  }
  expect_same(block(parts, 0).detach()[2], torch::full({3}, 7.0f));
}

TEST(Pack, PacksAgainAfterAPartMoved) {
  auto parts = leaves({{2, 3}, {2, 3}});
  block(parts, 0);
  parts[0].set_data(torch::ones({2, 3}));
  expect_same(block(parts, 0).detach()[0], torch::ones({3}));
  EXPECT_TRUE(parts[0].storage().is_alias_of(parts[1].storage()));
}

TEST(Pack, GradientsReachEachPart) {
  for (const int64_t dim : {0, 1}) {
    const auto parts = leaves({{2, 2}, {2, 2}, {2, 2}}, torch::kDouble);
    expect_gradients([&] { return block(parts, dim).square(); }, parts);
  }
}

TEST(Pack, NoticesAPartChangedBeforeTheBackwardPass) {
  auto parts = leaves({{1, 2}, {1, 2}});
  const auto sum = block(parts, 0).square().sum();
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
    block(parts, 0);
  }
  block(parts, 0).square().sum().backward();
  EXPECT_LT(relative_error(parts[1].grad(), 2 * parts[1].detach()), 1e-6);
}

TEST(Pack, APartThatIsNotTrainedGetsNoGradient) {
  auto parts = leaves({{1, 2}, {1, 2}});
  parts[0].requires_grad_(false);
  block(parts, 0).sum().backward();
  EXPECT_FALSE(parts[0].grad().defined());
  expect_same(parts[1].grad(), torch::ones({1, 2}));
}

// Twice the gradient of each element, in the parts' own gradients, which lie in one buffer.
TEST(Pack, AddsToGradientsSideBySide) {
  for (const int64_t dim : {0, 1}) {
    auto parts = leaves({{2, 2}, {2, 2}});
    auto twins = leaves({{2, 2}, {2, 2}});
    for (int i = 0; i < 2; ++i) twins[i].set_data(parts[i].detach().clone());
    const FlatBuffers flat;
    const auto added = [&] { return parameter_block(parts, dim, torch::kBFloat16, &flat); };
    const auto buffer = torch::zeros({8});
    for (int i = 0; i < 2; ++i) {
      const auto place = buffer.narrow(0, 4 * i, 4).view({2, 2});
      parts[i].mutable_grad() = dim == 0 ? place : place.t();
    }
    ASSERT_EQ(added().scalar_type(), torch::kBFloat16);
    for (int pass = 0; pass < 2; ++pass) {
      added().square().sum().backward();
      parameter_block(twins, dim, torch::kBFloat16).square().sum().backward();
    }
    for (int i = 0; i < 2; ++i) expect_same(parts[i].grad(), twins[i].grad().contiguous());
    EXPECT_GT(buffer.abs().min().item<float>(), 0);
  }
}

TEST(Pack, RefusesToAddWithoutGradients) {
  auto parts = leaves({{2, 3}, {1, 3}});
  const FlatBuffers flat;
  const auto result = parameter_block(parts, 0, torch::kFloat, &flat).sum();
  EXPECT_THROW(result.backward(), c10::Error);
  for (auto& part : parts) part.mutable_grad() = torch::zeros_like(part);
  EXPECT_THROW(parameter_block(parts, 0, torch::kFloat, &flat).sum().backward(), c10::Error);
}

// A block in bf16 is taken from the rounded buffer while its parts are views of the values.
TEST(Pack, TakesRoundedValuesFromTheBuffer) {
  FlatBuffers flat = {torch::arange(8, torch::kFloat), torch::full({8}, 7, torch::kBFloat16)};
  const auto part = [&](int64_t begin) {
    return flat.values.narrow(0, begin, 2).view({1, 2}).requires_grad_();
  };
  const std::vector<Tensor> parts = {part(2), part(4)};
  const auto rounded = parameter_block(parts, 0, torch::kBFloat16, &flat);
  expect_same(rounded.detach(), torch::full({2, 2}, 7, torch::kBFloat16));
  EXPECT_TRUE(rounded.storage().is_alias_of(flat.rounded.storage()));
  EXPECT_EQ(parameter_block(parts, 0, torch::kFloat, &flat)[1][0].item<float>(), 4);
  const auto elsewhere = leaves({{1, 2}, {1, 2}});
  const auto cast = parameter_block(elsewhere, 0, torch::kBFloat16, &flat);
  expect_same(cast[1].detach(), elsewhere[1][0].detach().to(torch::kBFloat16));
}

}  // namespace
}  // namespace mola
