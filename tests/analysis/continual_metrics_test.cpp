#include "mola/analysis/continual_metrics.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

TEST(Performance, OfTwoDomains) {
  const PerformanceMatrix R = {{90, 50}, {80, 70}};
  EXPECT_DOUBLE_EQ(overall_performance(R), 75);  // (80 + 70) / 2
  EXPECT_DOUBLE_EQ(performance_drop(R), -10);    // 80 - 90
}

// The first domain loses 10 by the second and gains 4 by the third, by which the second loses 3:
// -9 over three changes. What is above the diagonal counts in neither.
TEST(Performance, OfThreeDomains) {
  PerformanceMatrix R = {{8, 0, 0}, {-2, 9, 0}, {2, 6, 7}};
  EXPECT_DOUBLE_EQ(overall_performance(R), 5);
  EXPECT_DOUBLE_EQ(performance_drop(R), -3);
  R[0][1] = R[0][2] = R[1][2] = 100;
  EXPECT_DOUBLE_EQ(overall_performance(R), 5);
  EXPECT_DOUBLE_EQ(performance_drop(R), -3);
}

TEST(Performance, OfOneDomainDropsNothing) {
  EXPECT_DOUBLE_EQ(overall_performance({{0.5}}), 0.5);
  EXPECT_EQ(performance_drop({{0.5}}), 0);
}

TEST(Performance, RefusesWhatIsNoSquare) {
  for (const auto& measure : {overall_performance, performance_drop}) {
    EXPECT_EQ(message_of<Error>([&] { measure({}); }),
              "performance matrix: found no rows, expected one for each domain");
    EXPECT_EQ(message_of<Error>([&] {
                measure({{1, 2}, {3}});
              }),
              "performance matrix: found 1 numbers in row 1 of 2 rows, expected a square");
  }
}

// Biology, physics, chemistry, economics, earth science.
struct Published {
  std::string adapter;
  PerformanceMatrix R;                           // table 6
  double overall_performance, performance_drop;  // table 5
};

const std::vector<Published> kPublished = {{"lora",
                                            {{92.19, 61.46, 55.46, 60.71, 52.31},
                                             {88.16, 89.58, 55.46, 72.62, 61.54},
                                             {85.14, 81.77, 93.28, 59.52, 58.46},
                                             {78.84, 78.13, 70.59, 73.81, 38.46},
                                             {84.13, 77.08, 87.39, 78.57, 66.15}},
                                            78.67,
                                            -2.17},
                                           {"5555",
                                            {{94.71, 60.94, 63.87, 72.62, 63.08},
                                             {91.44, 89.06, 36.13, 79.76, 58.46},
                                             {90.43, 81.25, 94.96, 61.9, 60.0},
                                             {89.67, 88.02, 92.44, 82.14, 56.92},
                                             {88.66, 85.94, 93.28, 86.9, 89.23}},
                                            88.8,
                                            -0.6},
                                           {"8642",
                                            {{95.97, 64.58, 57.98, 70.24, 52.31},
                                             {92.44, 90.1, 57.14, 80.95, 66.15},
                                             {89.67, 85.42, 95.8, 48.81, 52.31},
                                             {88.66, 87.5, 96.64, 94.05, 47.69},
                                             {86.15, 85.42, 94.12, 89.29, 89.23}},
                                            88.84,
                                            -2.1},
                                           {"8228",
                                            {{95.97, 64.06, 55.46, 66.67, 55.38},
                                             {91.44, 92.19, 51.26, 78.57, 76.92},
                                             {82.62, 85.42, 94.96, 58.33, 60.0},
                                             {83.12, 83.85, 92.44, 94.05, 60.0},
                                             {83.38, 81.77, 89.08, 83.33, 81.54}},
                                            83.82,
                                            -3.92},
                                           {"2468",
                                            {{94.96, 66.67, 61.34, 66.67, 61.54},
                                             {91.69, 88.54, 52.1, 77.38, 63.08},
                                             {87.91, 91.15, 94.12, 72.62, 66.15},
                                             {87.15, 86.98, 94.12, 86.9, 61.54},
                                             {88.16, 91.67, 90.76, 89.29, 89.23}},
                                            89.82,
                                            -0.47}};

class PublishedPerformance : public testing::TestWithParam<Published> {};

TEST_P(PublishedPerformance, IsThatOfThePapersTables) {
  EXPECT_NEAR(overall_performance(GetParam().R), GetParam().overall_performance, 0.05);
  EXPECT_NEAR(performance_drop(GetParam().R), GetParam().performance_drop, 0.05);
}

INSTANTIATE_TEST_SUITE_P(All, PublishedPerformance, testing::ValuesIn(kPublished),
                         [](const auto& instance) { return "Of_" + instance.param.adapter; });

}  // namespace
}  // namespace mola
