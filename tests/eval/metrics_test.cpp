#include "mola/eval/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mola {
namespace {

// 3 true positives, 1 false negative, 2 true negatives, 1 false positive, 1 without an answer.
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
  EXPECT_DOUBLE_EQ(f1_score(kOutcomes, "yes"), 6 / 8.);  // 2 * 3 / (2 * 3 + 1 + 1)
  EXPECT_EQ(f1_score({{"no", "no"}}, "yes"), 0);
}

TEST(Metrics, F1TakesNoAnswerForNoPositive) {
  // 2 * 1 / (2 * 1 + 0 + 1): the second "yes" is missed, and the "no" is no false positive.
  EXPECT_DOUBLE_EQ(f1_score({{"yes", "yes"}, {"yes", ""}, {"no", ""}}, "yes"), 2 / 3.);
  EXPECT_EQ(f1_score({{"yes", ""}, {"no", ""}}, "yes"), 0);
}

TEST(Metrics, MatthewsCorrelation) {
  // TP 3, TN 2, FP 1, FN 1: (3 * 2 - 1 * 1) / sqrt(4 * 4 * 3 * 3)
  const std::vector<Outcome> answered(kOutcomes.begin(), kOutcomes.end() - 1);
  EXPECT_NEAR(matthews_correlation(answered), 5 / 12., 1e-12);
  EXPECT_EQ(matthews_correlation({{"yes", "yes"}, {"no", "no"}}), 1);
  EXPECT_EQ(matthews_correlation({{"yes", "no"}, {"no", "yes"}}), -1);
  EXPECT_EQ(matthews_correlation({{"yes", "yes"}, {"no", "yes"}}), 0);
  EXPECT_EQ(matthews_correlation({}), 0);
}

// c = 5 of n = 8; expected 4 and 4; predicted 4 yes, 3 no, 1 missing:
// (5 * 8 - 4 * 4 - 3 * 4) / sqrt((64 - 16 - 9 - 1) (64 - 16 - 16))
TEST(Metrics, MatthewsCorrelationHasAClassForNoAnswer) {
  EXPECT_NEAR(matthews_correlation(kOutcomes), 12 / std::sqrt(38. * 32), 1e-12);
  EXPECT_EQ(matthews_correlation({{"yes", ""}, {"no", ""}, {"no", ""}}), 0);
}

TEST(Metrics, CountMissingAnswers) {
  EXPECT_EQ(count_unanswered(kOutcomes), 1);
  EXPECT_EQ(count_unanswered({}), 0);
}

// 1, 2, 3, 4: s^2 = 5 / 3, and t for 3 degrees of freedom is 3.1824.
TEST(MeanOf, HasStudentsInterval) {
  const auto mean = mean_of({1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(mean.value, 2.5);
  EXPECT_NEAR(mean.high, 2.5 + 3.1824 * std::sqrt(5.0 / 3) / 2, 1e-12);
  EXPECT_NEAR(mean.low, 2.5 - 3.1824 * std::sqrt(5.0 / 3) / 2, 1e-12);
  EXPECT_EQ(mean_of({7}).low, 7);
  EXPECT_EQ(mean_of({7}).high, 7);
  EXPECT_EQ(mean_of(std::vector<double>(50, 3)).high, 3);
}

// Between -1 and 1 by turns, so s^2 = n / (n - 1): the quantiles of 40 and 100 degrees of freedom.
TEST(MeanOf, ApproximatesTheQuantileOfManyValues) {
  for (const auto& [count, quantile] : {std::pair<int, double>{41, 2.0211}, {101, 1.9840}}) {
    std::vector<double> values(count, 0);
    for (int i = 0; i + 1 < count; ++i) values[i] = i % 2 == 0 ? -1 : 1;
    EXPECT_NEAR(mean_of(values).high, quantile / std::sqrt(count), 2e-5);
  }
}

}  // namespace
}  // namespace mola
