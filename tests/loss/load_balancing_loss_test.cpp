#include "mola/loss/load_balancing_loss.h"

#include <gtest/gtest.h>

#include "mola/nn/top_k_router.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

// Routing that follows from probabilities, which need not sum to one.
RoutingRecord record(int64_t layer, const Tensor& probabilities, int64_t top_k) {
  return {layer, "q_proj", route(torch::log(probabilities), top_k)};
}

double loss_of(const std::vector<RoutingRecord>& records, const Tensor& mask = {}) {
  RoutingTrace trace;
  trace.records = records;
  return load_balancing_loss(trace, mask).item<double>();
}

TEST(LoadBalancingLoss, IsExpertsTimesShareTimesProbability) {
  // Picks: expert 0 twice, expert 1 once. P = mean of the rows = (0.6, 0.4).
  const auto p = torch::tensor({{0.8, 0.2}, {0.7, 0.3}, {0.3, 0.7}});
  EXPECT_NEAR(loss_of({record(0, p, 1)}), 2 * (2.0 / 3 * 0.6 + 1.0 / 3 * 0.4), 1e-6);
}

TEST(LoadBalancingLoss, IsOneForEachLayerWhenUniform) {
  const auto p = torch::tensor({{0.4, 0.2, 0.2, 0.2},
                                {0.2, 0.4, 0.2, 0.2},  //
                                {0.2, 0.2, 0.4, 0.2},
                                {0.2, 0.2, 0.2, 0.4}});
  EXPECT_NEAR(loss_of({record(0, p, 1), record(1, p, 1), record(2, p, 1)}), 3.0, 1e-6);
}

TEST(LoadBalancingLoss, LaysTheProjectionsOfALayerEndToEnd) {
  const auto first = torch::tensor({{0.9, 0.1}});
  const auto second = torch::tensor({{0.3, 0.7}});
  // Together f = (1/2, 1/2) and P = (0.6, 0.4); apart they would give 1.8 and 1.4.
  EXPECT_NEAR(loss_of({record(0, first, 1), record(0, second, 1)}), 1.0, 1e-6);
}

TEST(LoadBalancingLoss, WeighsNumbersOfExpertsByTheirProjections) {
  const auto two = torch::tensor({{0.9, 0.1}});         // 2 * 0.9 = 1.8
  const auto three = torch::tensor({{0.1, 0.1, 0.8}});  // 3 * 0.8 = 2.4
  const std::vector<RoutingRecord> layer = {record(0, two, 1), record(0, two, 1),
                                            record(0, three, 1)};
  EXPECT_NEAR(loss_of(layer), (2 * 1.8 + 2.4) / 3, 1e-6);
}

TEST(LoadBalancingLoss, PaddingCountsNowhere) {
  const auto p = torch::tensor({{0.8, 0.2}, {0.3, 0.7}, {0.6, 0.4}});
  const auto mask = torch::tensor({{1, 0, 1}});
  EXPECT_NEAR(loss_of({record(0, p, 1)}, mask),
              loss_of({record(0, p.index_select(0, torch::tensor({0, 2})), 1)}), 1e-6);
}

// f = (2/3, 1/3) and P = (1.9/3, 1.1/3).
TEST(LoadBalancingLoss, ATokenCountsForEachOfItsRows) {
  auto shared = record(0, torch::tensor({{0.8, 0.2}, {0.3, 0.7}}), 1);
  shared.multiplicity = torch::tensor({2, 1}, torch::kLong);
  RoutingTrace trace;
  trace.records = {shared};
  LayerPicks picks;
  EXPECT_NEAR(load_balancing_loss(trace, {}, &picks).item<double>(), 9.8 / 9, 1e-6);
  expect_same(picks.at(0), torch::tensor({2.0f, 1.0f}));
}

// Layer 1 has two projections of three experts, which count, and one of two.
TEST(LoadBalancingLoss, CountsThePicksOfALayer) {
  RoutingTrace trace;
  trace.records = {record(1, torch::tensor({{0.8, 0.1, 0.1}, {0.7, 0.2, 0.1}, {0.3, 0.6, 0.1}}), 1),
                   record(1, torch::tensor({{0.1, 0.3, 0.6}}), 2),
                   record(1, torch::tensor({{0.4, 0.6}}), 1),
                   record(3, torch::tensor({{0.4, 0.6}}), 1)};
  LayerPicks picks;
  load_balancing_loss(trace, {}, &picks);
  ASSERT_EQ(picks.size(), 2u);
  expect_same(picks.at(1), torch::tensor({2., 2., 1.}));
  expect_same(picks.at(3), torch::tensor({0., 1.}));
  load_balancing_loss(trace, {}, &picks);  // adds to them
  expect_same(picks.at(1), torch::tensor({4., 4., 2.}));
  EXPECT_FALSE(picks.at(1).requires_grad());
}

TEST(LoadBalancingLoss, CountsNoPicksOfPadding) {
  RoutingTrace trace;
  trace.records = {record(0, torch::tensor({{0.8, 0.2}, {0.3, 0.7}, {0.6, 0.4}}), 1)};
  LayerPicks picks;
  load_balancing_loss(trace, torch::tensor({{1, 0, 1}}), &picks);
  expect_same(picks.at(0), torch::tensor({2., 0.}));
}

TEST(LoadBalancingLoss, IsZeroWithoutRouters) { EXPECT_EQ(loss_of({}), 0.0); }

TEST(LoadBalancingLoss, GradientsReachTheLogitsThroughP) {
  // Written out, so that f is uneven: with even picks the loss is a constant without a gradient.
  const auto logits =
      torch::tensor({{2., 1., -1.}, {1.5, .5, 0.}, {.3, 1.1, -.4}, {.7, -.2, .1}}, torch::kDouble)
          .requires_grad_();
  expect_gradients(
      [&] {
        RoutingTrace trace;
        trace.records = {{0, "q_proj", route(logits, 2)}};
        return load_balancing_loss(trace);
      },
      {logits});
}

}  // namespace
}  // namespace mola
