#include "mola/analysis/allocate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "mola/base/error.h"
#include "mola/config/adapter_config.h"
#include "support/test_files.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

int64_t sum(const List& list) { return std::accumulate(list.begin(), list.end(), int64_t{0}); }

TEST(AllocateInProportion, RoundsToTheExactBudget) {
  EXPECT_EQ(allocate_in_proportion({1, 2, 3, 4}, {20}), (List{2, 4, 6, 8}));
  // 1.5, 3, 4.5: both halves are rounded up only if the budget allows; the larger weight is first.
  EXPECT_EQ(allocate_in_proportion({1, 2, 3}, {9}), (List{2, 3, 4}));
  EXPECT_EQ(allocate_in_proportion({1, 1, 1}, {4}), (List{2, 1, 1}));
}

TEST(AllocateInProportion, KeepsToMinAndMax) {
  EXPECT_EQ(allocate_in_proportion({0, 1, 100}, {12, 1, 8}), (List{1, 3, 8}));
  EXPECT_EQ(allocate_in_proportion({0, 1}, {4, 0, 8}), (List{0, 4}));
  EXPECT_EQ(allocate_in_proportion({0, 0}, {5, 0, 8}), (List{3, 2}));
}

// Whatever the weights: exact, within bounds, and each number is c w rounded for one c.
TEST(AllocateInProportion, AlwaysMeetsTheBudget) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    const auto layers = static_cast<size_t>(1 + random() % 40);
    std::vector<double> weights;
    for (size_t j = 0; j < layers; ++j) weights.push_back(std::pow(random() % 1000 / 100.0, 2.5));
    ExpertBudget budget{0, static_cast<int64_t>(random() % 3),
                        static_cast<int64_t>(3 + random() % 14)};
    const auto count = static_cast<int64_t>(layers);
    budget.experts = count * budget.min +
                     static_cast<int64_t>(random() % (count * (budget.max - budget.min) + 1));
    const auto experts = allocate_in_proportion(weights, budget);
    EXPECT_EQ(sum(experts), budget.experts);
    double least_c = 0, most_c = INFINITY;
    for (size_t j = 0; j < layers; ++j) {
      EXPECT_GE(experts[j], budget.min);
      EXPECT_LE(experts[j], budget.max);
      const auto n = static_cast<double>(experts[j]);
      if (experts[j] > budget.min) least_c = std::max(least_c, (n - 0.5) / weights[j]);
      if (experts[j] < budget.max) most_c = std::min(most_c, (n + 0.5) / weights[j]);
    }
    EXPECT_LE(least_c, most_c * (1 + 1e-12));
  }
}

TEST(AllocateInProportion, RefusesWhatDoesNotFit) {
  EXPECT_EQ(message_of<Error>([] {
              allocate_in_proportion({1, 2}, {40, 1, 16});
            }),
            "found a budget of 40 experts, expected 2 to 32 for these layers, with min 1 and max "
            "16");
  EXPECT_EQ(message_of<Error>([] {
              allocate_in_proportion({1, 2}, {4, 3, 2});
            }),
            "found min 3 and max 2, expected 0 <= min <= max <= 4096");
  EXPECT_EQ(message_of<Error>([] {
              allocate_in_proportion({1, 2}, {4, 1, INT64_MAX});
            }).find("found min 1 and max 9223372036854775807, expected"),
            0u);
  EXPECT_EQ(message_of<Error>([] {
              allocate_in_proportion({1, NAN}, {4});
            }),
            "layer 1: found nan, expected a number of at least 0");
}

TEST(AllocateByQuality, TakesItsPower) {
  EXPECT_EQ(allocate_by_quality({1, 2}, {10}, 2), (List{2, 8}));
  EXPECT_EQ(allocate_by_quality({1, 4}, {33, 1, 40}), (List{1, 32}));  // 1 to 4^2.5
  EXPECT_EQ(message_of<Error>([] {
              allocate_by_quality({1, 2}, {10}, 1e30);
            }),
            "--power: found 1e+30, with which the weight of a layer of quality 2 is not finite");
}

TEST(AllocateByQuality, OfLlama2FollowsItsPublishedValues) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  std::ifstream file(test_data("reference/paper.json"));
  const auto quality = nlohmann::json::parse(file)["layer_quality_pl_alpha_hill_llama2_7b"]
                           .get<std::vector<double>>();
  ASSERT_EQ(quality.size(), 32);
  const auto experts = allocate_by_quality(quality, {160});
  EXPECT_EQ(sum(experts), 160);
  double total = 0;
  for (const double value : quality) total += std::pow(value, 2.5);
  for (size_t j = 0; j < 32; ++j) {
    EXPECT_NEAR(static_cast<double>(experts[j]), 160 * std::pow(quality[j], 2.5) / total, 0.6) << j;
  }
}

TEST(AllocateByRedundancy, GivesFewerWhereExpertsAreClose) {
  EXPECT_EQ(allocate_by_redundancy({0.5, 1.0, 2.5}, {16}), (List{2, 4, 10}));
  EXPECT_EQ(message_of<Error>([] {
              allocate_by_redundancy({0.5, NAN}, {4});
            }),
            "layer 1 has fewer than two experts, so there is no distance to measure");
}

TEST(AllocateByLoad, DropsWhatServesLeast) {
  const std::vector<std::vector<double>> loads = {
      {0.9, 0.1, 0.0, 0.0}, {0.25, 0.25, 0.25, 0.25}, {0.5, 0.3, 0.15, 0.05}};
  EXPECT_EQ(allocate_by_load(loads, {8}), (List{1, 4, 3}));
  EXPECT_EQ(allocate_by_load(loads, {12}), (List{4, 4, 4}));
  EXPECT_EQ(allocate_by_load(loads, {6, 2, 2}), (List{2, 2, 2}));
  EXPECT_EQ(message_of<Error>([&] { allocate_by_load(loads, {13}); }),
            "found a budget of 13 experts, expected 3 to 12 for these layers, with min 1 and max "
            "16");
}

TEST(AllocationText, IsReadByAllocation) {
  TempFolder folder;
  const auto path = folder.write("allocation.json", allocation_text({2, 5}));
  EXPECT_EQ(Allocation::parse(path, 2, {"q_proj"}).values.at("q_proj"), (List{2, 5}));
}

}  // namespace
}  // namespace mola
