#include "mola/nn/attention.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "mola/nn/rotary_embedding.h"
#include "ops/attention_by_torch.h"
#include "ops/causal_attention.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kHeadDim = 4;

Attention random_attention(int64_t heads, int64_t kv_heads, int64_t hidden) {
  ProjectionGroup qkv(
      ProjectionGroupOptions(hidden, {ProjectionOptions("q_proj", heads * kHeadDim),
                                      ProjectionOptions("k_proj", kv_heads * kHeadDim),
                                      ProjectionOptions("v_proj", kv_heads * kHeadDim)}));
  ProjectionGroup o(
      ProjectionGroupOptions(heads * kHeadDim, {ProjectionOptions("o_proj", hidden)}));
  torch::NoGradGuard no_grad;
  qkv->weight.normal_();
  o->weight.normal_();
  return Attention(qkv, o, kHeadDim);
}

// Sequences of these lengths end to end.
AttentionInputs inputs_of(const std::vector<int64_t>& lengths, torch::Dtype dtype = torch::kFloat) {
  std::vector<int64_t> offsets = {0};
  std::vector<Tensor> positions;
  for (const int64_t length : lengths) {
    offsets.push_back(offsets.back() + length);
    positions.push_back(torch::arange(length));
  }
  const RotaryEmbedding rotary(kHeadDim, 10000, {});
  return {rotary.angles(torch::cat(positions), dtype), offsets, {}};
}

TEST(Attention, LooksAtNothingLater) {
  auto attention = random_attention(2, 1, 6);
  const auto x = torch::randn({5, 6});
  auto changed = x.clone();
  changed[4] += 1;
  const auto before = attention->forward(x, inputs_of({5})).narrow(0, 0, 4);
  const auto after = attention->forward(changed, inputs_of({5})).narrow(0, 0, 4);
  EXPECT_LT(relative_error(after, before), 1e-6);
}

TEST(Attention, LooksAtNoOtherSequence) {
  auto attention = random_attention(4, 2, 6);
  const auto x = torch::randn({9, 6});
  const std::vector<int64_t> lengths = {2, 3, 3, 1};
  std::vector<Tensor> alone;
  for (size_t i = 0, begin = 0; i < lengths.size(); begin += lengths[i++]) {
    const auto rows = x.narrow(0, static_cast<int64_t>(begin), lengths[i]);
    alone.push_back(attention->forward(rows, inputs_of({lengths[i]})));
  }
  const auto packed = attention->forward(x, inputs_of(lengths));
  EXPECT_LT(relative_error(packed, torch::cat(alone)), 1e-6);
}

TEST(Attention, TheFirstTokenGivesItsOwnValue) {
  auto attention = random_attention(2, 2, 6);
  const auto x = torch::randn({3, 6});
  const auto value = attention->qkv->forward(x)[2];
  const auto expected = attention->o->forward(value)[0];
  const auto found = attention->forward(x, inputs_of({3}));
  EXPECT_LT(relative_error(found[0], expected[0]), 1e-6);
}

TEST(Attention, RefusesOffsetsOfAnotherNumberOfTokens) {
  auto attention = random_attention(2, 2, 6);
  EXPECT_THROW(attention->forward(torch::randn({4, 6}), inputs_of({3})), c10::Error);
}

TEST(Attention, SharesKeysAndValuesAmongGroupsOfHeads) {
  auto grouped = random_attention(4, 2, 6);
  auto whole = random_attention(4, 4, 6);
  {  // the same heads, keys and values written out once for each query head
    torch::NoGradGuard no_grad;
    const auto repeat = [](const Tensor& weight) {
      return weight.view({2, 1, kHeadDim, 6}).expand({2, 2, kHeadDim, 6}).reshape({-1, 6});
    };
    whole->qkv->weight.copy_(
        torch::cat({grouped->qkv->projection_weight(0), repeat(grouped->qkv->projection_weight(1)),
                    repeat(grouped->qkv->projection_weight(2))}));
    whole->o->weight.copy_(grouped->o->weight);
  }
  const auto x = torch::randn({10, 6});
  const auto inputs = inputs_of({5, 5});
  EXPECT_LT(relative_error(grouped->forward(x, inputs), whole->forward(x, inputs)), 1e-5);
}

// Two sequences of equal length and a shorter one: two batches.
TEST(CausalAttention, HasTheGradientsOfItsResult) {
  const HeadCounts heads = {4, 2, kHeadDim};
  const auto inputs = inputs_of({3, 3, 2}, torch::kDouble);
  const auto wide = torch::randn({8, heads.width()}, torch::kDouble).requires_grad_();
  expect_gradients([&] { return causal_attention(wide, inputs, heads); }, {wide});
}

// In float64 by products, in fp32 by the fused kernel; with a mask out of torch's operators. On two
// threads and long enough for both to have work.
TEST(CausalAttention, EqualsTheOneWithAMask) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const HeadCounts heads = {4, 2, kHeadDim};
  for (const auto dtype : {torch::kDouble, torch::kFloat}) {
    auto inputs = inputs_of({70, 70}, dtype);
    const auto wide = torch::randn({140, heads.width()}, dtype).requires_grad_();
    const auto found = causal_attention(wide, inputs, heads);
    inputs.mask = torch::ones({70, 70}, torch::kBool).tril().expand({2, 1, 70, 70});
    const auto expected = causal_attention(wide, inputs, heads);
    const double tolerance = dtype == torch::kDouble ? 1e-12 : 1e-5;
    EXPECT_LT(relative_error(found, expected), tolerance);
    const auto direction = torch::randn_like(found);
    const auto found_grad = torch::autograd::grad({found}, {wide}, {direction})[0];
    const auto expected_grad = torch::autograd::grad({expected}, {wide}, {direction})[0];
    EXPECT_LT(relative_error(found_grad, expected_grad), tolerance);
  }
  at::set_num_threads(threads);
}

// Segments 0 to 4: a beginning, two that follow it, one that follows the second, and one alone.
AttentionInputs tree_inputs(const std::vector<int64_t>& lengths, torch::Dtype dtype) {
  auto inputs = inputs_of(lengths, dtype);
  inputs.parents = {-1, 0, 0, 2, -1};
  return inputs;
}

// The rows of `wide`, and then those of their sequences unshared: 0 + 1, 0 + 2 + 3, 4.
std::vector<Tensor> sequences_of(const Tensor& rows, const std::vector<int64_t>& lengths) {
  const auto parts = rows.split_with_sizes(lengths);
  return {torch::cat({parts[0], parts[1]}), torch::cat({parts[0], parts[2], parts[3]}), parts[4]};
}

// More tokens than one thread takes, and segments of one token.
TEST(CausalAttention, OfSharedBeginningsEqualsThatOfWholeSequences) {
  const HeadCounts heads = {4, 2, kHeadDim};
  for (const auto& lengths :
       std::vector<std::vector<int64_t>>{{3, 2, 1, 4, 5}, {70, 40, 1, 13, 30}}) {
    for (const auto dtype : {torch::kDouble, torch::kFloat, torch::kBFloat16}) {
      const auto inputs = tree_inputs(lengths, dtype);
      const auto wide =
          torch::randn({inputs.offsets.back(), heads.width()}, dtype).requires_grad_();
      std::vector<Tensor> unshared;
      const auto rows = sequences_of(wide, lengths);
      const auto cos = sequences_of(inputs.rotary.cos, lengths);
      const auto sin = sequences_of(inputs.rotary.sin, lengths);
      for (size_t i = 0; i < rows.size(); ++i) {
        unshared.push_back(
            causal_attention(rows[i], {{cos[i], sin[i]}, {0, rows[i].size(0)}, {}}, heads));
      }
      const auto shared = causal_attention(wide, inputs, heads);
      const auto found = torch::cat(sequences_of(shared, lengths));
      const auto expected = torch::cat(unshared);
      const auto direction = torch::randn_like(found);
      const auto found_grad = torch::autograd::grad({found}, {wide}, {direction})[0];
      const auto expected_grad = torch::autograd::grad({expected}, {wide}, {direction})[0];
      const double tolerance =
          dtype == torch::kDouble ? 1e-12 : (dtype == torch::kFloat ? 1e-5 : 0.02);
      EXPECT_LT(relative_error(found, expected), tolerance) << dtype;
      EXPECT_LT(relative_error(found_grad, expected_grad), tolerance) << dtype;
      const auto by_torch = attention_by_torch(wide, inputs, heads);
      EXPECT_LT(relative_error(by_torch, shared), tolerance) << dtype;
    }
  }
}

TEST(CausalAttention, OfSharedBeginningsHasTheGradientsOfItsResult) {
  const HeadCounts heads = {4, 2, kHeadDim};
  const auto inputs = tree_inputs({3, 2, 1, 4, 2}, torch::kDouble);
  const auto wide = torch::randn({12, heads.width()}, torch::kDouble).requires_grad_();
  expect_gradients([&] { return causal_attention(wide, inputs, heads); }, {wide});
}

TEST(CausalAttention, RefusesParentsOutOfOrder) {
  const HeadCounts heads = {2, 1, kHeadDim};
  const auto wide = torch::randn({6, heads.width()});
  auto inputs = inputs_of({2, 2, 2});
  for (const std::vector<int64_t>& parents :
       {std::vector<int64_t>{-1, 0}, {0, 0, 0}, {-1, 2, 0}, {-1, -1, 0}, {-2, 0, 0}}) {
    inputs.parents = parents;
    EXPECT_THROW(causal_attention(wide, inputs, heads), c10::Error) << parents;
  }
}

TEST(CausalAttention, RowsBehindTheLastSegmentGiveZerosAndGetNoGradient) {
  const HeadCounts heads = {2, 1, kHeadDim};
  for (const auto dtype : {torch::kFloat, torch::kDouble}) {
    const auto inputs = inputs_of({3, 2}, dtype);
    const auto wide = torch::randn({5, heads.width()}, dtype).requires_grad_();
    const auto padded = torch::constant_pad_nd(wide.detach(), {0, 0, 0, 3}, 7.0).requires_grad_();
    const auto with_tail = [](const Tensor& rows) {
      return torch::constant_pad_nd(rows, {0, 0, 0, 3});
    };
    const RotaryAngles angles = {with_tail(inputs.rotary.cos), with_tail(inputs.rotary.sin)};
    const auto expected = causal_attention(wide, inputs, heads);
    const auto y = causal_attention(padded, {angles, inputs.offsets, {}}, heads);
    EXPECT_TRUE(torch::equal(y, with_tail(expected))) << dtype;
    expected.square().sum().backward();
    (y.square().sum() + y.sum() * 0).backward();
    EXPECT_TRUE(torch::equal(padded.grad(), with_tail(wide.grad()))) << dtype;
  }
}

TEST(CausalAttention, RefusesWhatItsKernelsWouldReadWrongly) {
  const HeadCounts heads = {2, 1, kHeadDim};
  const auto wide = torch::randn({4, heads.width()});
  const auto good = inputs_of({4});
  for (const std::vector<int64_t>& offsets :
       {std::vector<int64_t>{}, {0}, {0, 5}, {1, 4}, {0, 2, 2, 4}, {0, 3, 2, 4}}) {
    EXPECT_THROW(causal_attention(wide, {good.rotary, offsets, {}}, heads), c10::Error) << offsets;
  }
  EXPECT_THROW(causal_attention(wide, {inputs_of({3}).rotary, good.offsets, {}}, heads),
               c10::Error);
  EXPECT_THROW(causal_attention(wide.to(torch::kDouble), good, heads), c10::Error);
}

}  // namespace
}  // namespace mola
