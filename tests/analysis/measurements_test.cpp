#include "mola/analysis/measurements.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mola {
namespace {

TEST(LayerMeans, AreOverTheProjectionsOfALayer) {
  const std::vector<ProjectionRedundancy> records = {{0, "q_proj", 2, {1, 10, 100, 0}},
                                                     {0, "o_proj", 2, {3, 30, 300, 0}},
                                                     {0, "up_proj", 2, {8, 80, 800, 0}},
                                                     {1, "up_proj", 2, {5, 50, 500, 0}}};
  const auto attention = layer_means(records, 2, Projections::kSelfAttention);
  EXPECT_EQ(attention[0].product, 2);
  EXPECT_EQ(attention[0].factors, 20);
  EXPECT_TRUE(std::isnan(attention[1].product));
  const auto all = layer_means(records, 2, Projections::kAll);
  EXPECT_DOUBLE_EQ(all[0].lora_A, 400);
  EXPECT_EQ(all[1].product, 5);
  EXPECT_EQ(overall_mean(records).product, 4.25);
  EXPECT_TRUE(std::isnan(overall_mean({}).product));
}

ProjectionRouting routing_of(int64_t layer, std::vector<double> share) {
  ProjectionRouting routing;
  routing.layer = layer;
  routing.share = std::move(share);
  return routing;
}

// In every projection the experts are numbered anew, so only their order by use can be compared.
TEST(SortedLoads, PutTheBusiestExpertFirst) {
  const auto record = [](int64_t layer, const std::vector<int64_t>& picks) {
    ProjectionRouting routing;
    routing.layer = layer;
    routing.tokens = 4;
    routing.picks = picks;
    return routing;
  };
  const auto loads =
      sorted_loads({record(0, {1, 3}), record(0, {4, 0}), record(2, {2, 4, 2})}, {2, 1, 3, 0});
  EXPECT_EQ(loads, (std::vector<std::vector<double>>{{0.875, 0.125}, {1}, {1, 0.5, 0.5}, {}}));
}

TEST(RoutingDistance, IsFromAlikeToApart) {
  const auto a = routing_of(0, {0.5, 0.5, 0});
  EXPECT_EQ(routing_distance(a, a), 0);
  EXPECT_EQ(routing_distance(a, routing_of(0, {0, 0.5, 0.5})), 0.5);
  EXPECT_EQ(routing_distance(a, routing_of(0, {0, 0, 1})), 1);
}

}  // namespace
}  // namespace mola
