#include "mola/analysis/routing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mola/adapters/adapters.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

// Three tokens among three experts, two each. The last is padding where the mask says so.
RoutingTrace small_trace() {
  RoutingTrace trace;
  const auto p = torch::tensor({{0.5, 0.5, 0.0}, {0.25, 0.25, 0.5}, {0.0, 0.0, 1.0}});
  const auto weights = torch::tensor({{0.75, 0.25}, {0.5, 0.5}, {1.0, 0.0}});
  const auto indices = torch::tensor({{0, 1}, {2, 0}, {2, 1}});
  trace.records.push_back({1, "q_proj", {p, weights, indices}});
  return trace;
}

TEST(RoutingStatistics, CountByHand) {
  RoutingStatistics statistics;
  add_routing(statistics, small_trace(), torch::tensor({{1, 1, 0}}));
  const auto found = summarize(statistics);
  ASSERT_EQ(found.size(), 1);
  const auto& routing = found[0];
  EXPECT_EQ(routing.layer, 1);
  EXPECT_EQ(routing.projection, "q_proj");
  EXPECT_EQ(routing.tokens, 2);
  EXPECT_EQ(routing.picks, (std::vector<int64_t>{2, 1, 1}));
  EXPECT_EQ(routing.share, (std::vector<double>{0.5, 0.25, 0.25}));
  EXPECT_EQ(routing.weight, (std::vector<double>{0.625, 0.25, 0.5}));
  EXPECT_EQ(routing.probability, (std::vector<double>{0.375, 0.375, 0.25}));
  EXPECT_EQ(routing.co_picks, (std::vector<std::vector<int64_t>>{{2, 1, 1}, {1, 1, 0}, {1, 0, 1}}));
  // The entropies are ln 2 and 1.5 ln 2.
  EXPECT_NEAR(routing.entropy, 1.25 * std::log(2) / std::log(3), 1e-9);
  EXPECT_EQ(routing.dead, 0);
}

TEST(RoutingStatistics, CountATokenForEachOfItsRows) {
  auto trace = small_trace();
  trace.records[0].multiplicity = torch::tensor({2, 1, 0}, torch::kLong);
  RoutingStatistics statistics;
  add_routing(statistics, trace);
  const auto routing = summarize(statistics)[0];
  EXPECT_EQ(routing.tokens, 3);
  EXPECT_EQ(routing.picks, (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(routing.co_picks, (std::vector<std::vector<int64_t>>{{3, 2, 1}, {2, 2, 0}, {1, 0, 1}}));
  EXPECT_EQ(routing.probability[2], 0.5 / 3);
}

TEST(RoutingStatistics, NameTheDead) {
  RoutingTrace trace;
  trace.records.push_back(
      {0,
       "up_proj",
       {torch::tensor({{0.5, 0.25, 0.25, 0.0}}), torch::tensor({{1.0}}), torch::tensor({{0}})}});
  RoutingStatistics statistics;
  add_routing(statistics, trace);
  const auto routing = summarize(statistics)[0];
  EXPECT_EQ(routing.dead, 0.75);
  EXPECT_EQ(routing.weight[0], 1);
  EXPECT_TRUE(std::isnan(routing.weight[1]));
}

TEST(RoutingStatistics, AddUp) {
  RoutingStatistics once, twice;
  add_routing(once, small_trace());
  add_routing(twice, small_trace());
  add_routing(twice, once);
  const auto one = summarize(once)[0];
  const auto two = summarize(twice)[0];
  EXPECT_EQ(two.tokens, 2 * one.tokens);
  EXPECT_EQ(two.share, one.share);
  EXPECT_EQ(two.weight, one.weight);
  EXPECT_DOUBLE_EQ(two.entropy, one.entropy);
  auto other = small_trace();
  other.records[0].layer = 0;
  EXPECT_THROW(add_routing(once, other), c10::Error);
}

// The routing as section 3.1 of the paper says it, token by token.
std::vector<int64_t> plain_picks(const torch::Tensor& x, const LoraMixtureImpl& mixture) {
  std::vector<int64_t> picks(mixture.experts.size(), 0);
  for (int64_t n = 0; n < x.size(0); ++n) {
    const auto p = mixture.router->weight.mv(x[n]).softmax(0);
    const auto chosen = std::get<1>(p.sort(0, /*descending=*/true));
    for (int64_t k = 0; k < mixture.options.top_k(); ++k) ++picks[chosen[k].item<int64_t>()];
  }
  return picks;
}

TEST(CollectRouting, EqualsThePlainReference) {
  AdapterSpec spec;
  spec["allocation"] = "35";
  spec["top_k"] = std::vector<int64_t>{2, 3};
  auto model = tiny_model(resolve(spec, 2));
  const Sequence one = {{1, 5, 7, 3, 2}, {1, 5, 7, 3, 2}};
  const Sequence two = {{4, 9}, {4, 9}};
  const auto found = summarize(collect_routing(model, {&one, &two}, /*batch_tokens=*/4));
  ASSERT_EQ(found.size(), 14);
  for (const auto& routing : found) {
    int64_t sum = 0;
    for (const auto picks : routing.picks) sum += picks;
    EXPECT_EQ(routing.tokens, 7);
    EXPECT_EQ(sum, (routing.layer == 0 ? 2 : 3) * 7) << routing.projection;
  }
  // What the first projections read: the norm of the embeddings, whose order does not matter.
  torch::NoGradGuard no_grad;
  const auto x = model->layers[0]->input_layernorm->forward(
      model->embed_tokens.index_select(0, torch::tensor({1, 5, 7, 3, 2, 4, 9})));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found[i].picks, plain_picks(x, *model->layers[0]->self_attn->qkv->mixtures[i]));
  }
}

TEST(CollectRouting, CountsNoPadding) {
  AdapterSpec spec;
  spec["allocation"] = "33";
  auto model = tiny_model(resolve(spec, 2));
  model->eval();
  const Sequence one = {{1, 5, 7, 3, 2}, {1, 5, 7, 3, 2}};
  const Sequence two = {{4, 9}, {4, 9}};
  RoutingTrace trace;
  torch::NoGradGuard no_grad;
  const auto mask = torch::tensor({{1, 1, 1, 1, 1}, {0, 0, 0, 1, 1}});
  model->forward(torch::tensor({{1, 5, 7, 3, 2}, {0, 0, 0, 4, 9}}), mask, &trace);
  RoutingStatistics padded;
  add_routing(padded, trace, mask);
  const auto found = summarize(padded);
  const auto expected = summarize(collect_routing(model, {&one, &two}));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i].tokens, 7);
    EXPECT_EQ(found[i].picks, expected[i].picks) << expected[i].projection;
    EXPECT_EQ(found[i].co_picks, expected[i].co_picks);
    EXPECT_NEAR(found[i].entropy, expected[i].entropy, 1e-6);
  }
}

}  // namespace
}  // namespace mola
