#include "mola/nn/top_k_router.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.h"

namespace mola {
namespace {

TEST(TopKRouter, TakesTheLargestAndScalesThemToOne) {
  // Probabilities 1/8, 4/8, 3/8: the top two are experts 1 and 2, with 4/7 and 3/7.
  const auto logits = torch::log(torch::tensor({{1.0, 4.0, 3.0}}));
  const auto routing = route(logits, 2);
  expect_same(routing.expert_indices, torch::tensor({{1, 2}}));
  EXPECT_LT(relative_error(routing.expert_weights, torch::tensor({{4.0 / 7, 3.0 / 7}})), 1e-6);
  EXPECT_LT(relative_error(routing.probabilities, torch::tensor({{1.0, 4.0, 3.0}}) / 8), 1e-6);
}

TEST(TopKRouter, AllExpertsKeepTheirProbabilities) {
  TopKRouter router(TopKRouterOptions(4, 3).top_k(3));
  const auto routing = router->forward(torch::randn({5, 4}));
  const auto sorted = std::get<0>(routing.probabilities.sort(-1, /*descending=*/true));
  EXPECT_LT(relative_error(routing.expert_weights, sorted), 1e-6);
}

TEST(TopKRouter, DecidesInFp32) {
  TopKRouter router(TopKRouterOptions(4, 3).dtype(torch::kBFloat16));
  const auto routing = router->forward(torch::randn({2, 4}).to(torch::kBFloat16));
  EXPECT_EQ(routing.probabilities.scalar_type(), torch::kFloat);
  EXPECT_EQ(routing.expert_weights.scalar_type(), torch::kFloat);
}

TEST(TopKRouter, GradientsReachTheRouterThroughTheWeights) {
  TopKRouter router(TopKRouterOptions(3, 4).top_k(2).dtype(torch::kDouble));
  const auto x = torch::randn({5, 3}, torch::kDouble);
  expect_gradients([&] { return router->forward(x).expert_weights; }, {router->weight});
}

TEST(TopKRouter, RefusesATopKThatDoesNotFit) {
  EXPECT_THROW(TopKRouter(TopKRouterOptions(4, 2).top_k(3)), c10::Error);
  EXPECT_THROW(TopKRouter(TopKRouterOptions(4, 2).top_k(0)), c10::Error);
}

}  // namespace
}  // namespace mola
