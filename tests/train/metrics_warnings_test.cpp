#include "train/metrics_warnings.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

using Warnings = std::vector<std::string>;

StepMetrics line(int64_t step, double loss, ExpertNumbers load = {}) {
  StepMetrics metrics;
  metrics.step = step;
  metrics.loss = loss;
  metrics.expert_load = std::move(load);
  return metrics;
}

TEST(MetricsWarnings, NoticeALossThatJumps) {
  MetricsWarnings warnings;
  for (int64_t step = 1; step <= 6; ++step) EXPECT_EQ(warnings.add(line(step, 1)), Warnings());
  EXPECT_EQ(warnings.add(line(7, 1.9)), Warnings());  // less than twice the average
  const auto found = warnings.add(line(8, 3));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].find("step 8: the loss rose to 3.0000 from 1.1800; "), 0u) << found[0];
}

TEST(MetricsWarnings, LetTheFirstLinesAndSmallLossesJump) {
  MetricsWarnings warnings;
  EXPECT_EQ(warnings.add(line(1, 1)), Warnings());
  EXPECT_EQ(warnings.add(line(2, 9)), Warnings());
  MetricsWarnings small;
  for (int64_t step = 1; step <= 6; ++step) small.add(line(step, 0.01));
  EXPECT_EQ(small.add(line(7, 0.4)), Warnings());
}

TEST(MetricsWarnings, NoticeExpertsWithoutTokensOnce) {
  MetricsWarnings warnings;
  const ExpertNumbers load = {{}, {0.5, 0, 0.5}, {0, 1}};
  for (int64_t step = 1; step <= 4; ++step)
    EXPECT_EQ(warnings.add(line(step, 1, load)), Warnings());
  const auto found = warnings.add(line(5, 1, load));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      found[0].find("step 5: no token was assigned to expert 1 of layer 1, expert 0 of layer 2 "
                    "in the last 5 log lines"),
      0u)
      << found[0];
  EXPECT_EQ(warnings.add(line(6, 1, load)), Warnings());
}

TEST(MetricsWarnings, CountLinesInARow) {
  MetricsWarnings warnings;
  for (int64_t step = 1; step <= 12; ++step) {
    const double share = step % 4 == 0 ? 0.1 : 0;
    EXPECT_EQ(warnings.add(line(step, 1, {{share, 1 - share}})), Warnings());
  }
}

}  // namespace
}  // namespace mola
