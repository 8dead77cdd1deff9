#include "mola/eval/metrics.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

// 3 true positives, 1 false negative, 2 true negatives, 2 false positives, the last by no answer.
const std::vector<Outcome> kOutcomes = {{"yes", "yes"}, {"yes", "yes"}, {"yes", "yes"},
                                        {"yes", "no"},  {"no", "no"},   {"no", "no"},
                                        {"no", "yes"},  {"no", ""}};

TEST(Metrics, CountsWhatIsCorrect) {
  EXPECT_DOUBLE_EQ(accuracy(kOutcomes).value, 5 / 8.);
  EXPECT_DOUBLE_EQ(majority_accuracy(kOutcomes).value, 4 / 8.);
  EXPECT_DOUBLE_EQ(majority_accuracy({{"a", ""}, {"b", "b"}, {"b", ""}}).value, 2 / 3.);
}

// Wilson's interval: of 8 of 10 (0.4902, 0.9433) as tables give it.
TEST(Metrics, GiveTheIntervalOfAShare) {
  const auto share = share_of(8, 10);
  EXPECT_DOUBLE_EQ(share.value, 0.8);
  EXPECT_NEAR(share.low, 0.4902, 1e-4);
  EXPECT_NEAR(share.high, 0.9433, 1e-4);
  EXPECT_EQ(share_of(0, 5).low, 0);
  EXPECT_NEAR(share_of(0, 5).high, 0.4345, 1e-4);
  EXPECT_EQ(share_of(5, 5).high, 1);
  EXPECT_EQ(share_of(0, 0).value, 0);
}

TEST(Metrics, F1) {
  EXPECT_DOUBLE_EQ(f1_score(kOutcomes, "yes"), 6 / 9.);  // 2 * 3 / (2 * 3 + 2 + 1)
  EXPECT_EQ(f1_score({{"no", "no"}}, "yes"), 0);
}

TEST(Metrics, MatthewsCorrelation) {
  // (3 * 2 - 2 * 1) / sqrt(5 * 4 * 4 * 3)
  EXPECT_NEAR(matthews_correlation(kOutcomes, "yes"), 4 / std::sqrt(240.), 1e-12);
  EXPECT_EQ(matthews_correlation({{"yes", "yes"}, {"no", "no"}}, "yes"), 1);
  EXPECT_EQ(matthews_correlation({{"yes", "no"}, {"no", "yes"}}, "yes"), -1);
  EXPECT_EQ(matthews_correlation({{"yes", "yes"}, {"no", "yes"}}, "yes"), 0);
}

}  // namespace
}  // namespace mola
