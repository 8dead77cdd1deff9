#include "mola/nn/attention.h"

#include <gtest/gtest.h>

#include "nn/causal_attention.h"
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

AttentionInputs causal_inputs(int64_t length) {
  const RotaryEmbedding rotary(kHeadDim, 10000, {});
  return {rotary.angles(torch::arange(length).unsqueeze(0), torch::kFloat), {}};
}

TEST(Attention, LooksAtNothingLater) {
  auto attention = random_attention(2, 1, 6);
  const auto x = torch::randn({1, 5, 6});
  auto changed = x.clone();
  changed[0][4] += 1;
  const auto inputs = causal_inputs(5);
  const auto before = attention->forward(x, inputs).narrow(1, 0, 4);
  const auto after = attention->forward(changed, inputs).narrow(1, 0, 4);
  EXPECT_LT(relative_error(after, before), 1e-6);
}

TEST(Attention, TheFirstTokenGivesItsOwnValue) {
  auto attention = random_attention(2, 2, 6);
  const auto x = torch::randn({1, 3, 6});
  const auto value = attention->qkv->forward(x)[2];
  const auto expected = attention->o->forward(value)[0];
  const auto found = attention->forward(x, causal_inputs(3));
  EXPECT_LT(relative_error(found[0][0], expected[0][0]), 1e-6);
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
  const auto x = torch::randn({2, 5, 6});
  const auto inputs = causal_inputs(5);
  EXPECT_LT(relative_error(grouped->forward(x, inputs), whole->forward(x, inputs)), 1e-5);
}

TEST(Attention, ByProductsEqualsTheFusedOneWithItsGradients) {
  const auto leaf = [](int64_t heads) {
    return torch::randn({2, heads, 5, kHeadDim}, torch::kDouble).requires_grad_();
  };
  const std::vector<Tensor> inputs = {leaf(4), leaf(2), leaf(2)};
  const auto found = causal_attention(inputs[0], inputs[1], inputs[2]);
  const auto expected = torch::scaled_dot_product_attention(
      inputs[0], inputs[1], inputs[2], {}, 0.0, /*is_causal=*/true, {}, /*enable_gqa=*/true);
  EXPECT_LT(relative_error(found, expected), 1e-12);
  const auto direction = torch::randn_like(found);
  const auto found_grads = torch::autograd::grad({found}, inputs, {direction});
  const auto expected_grads = torch::autograd::grad({expected}, inputs, {direction});
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_LT(relative_error(found_grads[i], expected_grads[i]), 1e-12) << i;
  }
}

}  // namespace
}  // namespace mola
