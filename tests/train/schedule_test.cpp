#include "mola/train/schedule.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

TrainConfig config(Schedule schedule, int64_t warmup_steps) {
  TrainConfig train;
  train.learning_rate = 8;
  train.schedule = schedule;
  train.warmup_steps = warmup_steps;
  return train;
}

TEST(Schedule, WarmsUpFromZero) {
  for (const auto schedule : {Schedule::kLinear, Schedule::kConstant, Schedule::kCosine}) {
    const auto train = config(schedule, 4);
    EXPECT_EQ(learning_rate_at(train, 0, 12), 0);
    EXPECT_EQ(learning_rate_at(train, 1, 12), 2);
    EXPECT_EQ(learning_rate_at(train, 4, 12), 8);
  }
}

TEST(Schedule, LinearFallsToZero) {
  const auto train = config(Schedule::kLinear, 4);
  EXPECT_EQ(learning_rate_at(train, 8, 12), 4);
  EXPECT_EQ(learning_rate_at(train, 11, 12), 1);
  EXPECT_EQ(learning_rate_at(train, 12, 12), 0);
}

TEST(Schedule, ConstantStays) {
  EXPECT_EQ(learning_rate_at(config(Schedule::kConstant, 0), 11, 12), 8);
}

TEST(Schedule, CosineIsHalfWayInTheMiddle) {
  const auto train = config(Schedule::kCosine, 4);
  EXPECT_NEAR(learning_rate_at(train, 8, 12), 4, 1e-12);
  EXPECT_NEAR(learning_rate_at(train, 12, 12), 0, 1e-12);
}

TEST(Schedule, AWarmUpLongerThanTheRunNeverFalls) {
  EXPECT_EQ(learning_rate_at(config(Schedule::kLinear, 16), 11, 12), 5.5);
}

}  // namespace
}  // namespace mola
