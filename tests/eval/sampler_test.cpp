#include "mola/eval/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

// Logits of the probabilities 0.1, 0.4, 0.2 and 0.3.
std::vector<float> logits() {
  std::vector<float> values;
  for (const double p : {0.1, 0.4, 0.2, 0.3}) values.push_back(static_cast<float>(std::log(p)));
  return values;
}

// How often each of the four tokens is drawn, as a share.
std::vector<double> shares(SamplingOptions options, const std::vector<int64_t>& tokens = {}) {
  constexpr int kDraws = 20000;
  Sampler sampler(options, 0);
  std::vector<double> counts(4);
  for (int i = 0; i < kDraws; ++i) {
    auto copy = logits();
    counts[sampler.next(copy, tokens)] += 1.0 / kDraws;
  }
  return counts;
}

void expect_shares(const std::vector<double>& found, const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], expected[i] == 0 ? 0 : 0.015) << i;
  }
}

SamplingOptions with_temperature(double temperature) {
  SamplingOptions options;
  options.temperature = temperature;
  return options;
}

TEST(Sampler, TakesTheMostLikelyAtTemperatureZero) {
  auto values = logits();
  EXPECT_EQ(Sampler({}, 0).next(values, {}), 1);
}

TEST(Sampler, DrawsFromTheSoftmax) {
  expect_shares(shares(with_temperature(1)), {0.1, 0.4, 0.2, 0.3});
  // At 0.5 the probabilities go as their squares: 1, 16, 4, 9 of 30.
  expect_shares(shares(with_temperature(0.5)), {1 / 30., 16 / 30., 4 / 30., 9 / 30.});
}

// A prompt may have tokens that cannot be chosen: an id between the tokenizer's and the model's.
TEST(Sampler, PenalisesOnlyWhatCanBeChosen) {
  SamplingOptions options;
  options.repetition_penalty = 10;
  auto values = logits();
  EXPECT_EQ(Sampler(options, 0).next(values, {1, 4, 1'000'000}), 3);
  EXPECT_EQ(values.size(), 4u);
}

TEST(Sampler, LeavesOutWhatIsUnlikely) {
  auto options = with_temperature(1);
  options.top_k = 2;
  expect_shares(shares(options), {0, 4 / 7., 0, 3 / 7.});
  options.top_k = 9;  // more than there are
  expect_shares(shares(options), {0.1, 0.4, 0.2, 0.3});
  options.top_k = 0;
  options.top_p = 0.65;  // 0.4 and 0.3 reach it
  expect_shares(shares(options), {0, 4 / 7., 0, 3 / 7.});
  options.top_p = 0.01;
  expect_shares(shares(options), {0, 1, 0, 0});
  options.top_k = 3;  // of 4, 3 and 2 ninths the first reaches 0.4
  options.top_p = 0.4;
  expect_shares(shares(options), {0, 1, 0, 0});
}

// All logits are negative, so a penalty of 2 squares a probability: 0.4 becomes 0.16.
TEST(Sampler, PenalisesRepetition) {
  auto options = with_temperature(1);
  options.repetition_penalty = 2;
  const double rest = 0.1 + 0.16 + 0.2 + 0.3;
  expect_shares(shares(options, {1, 1}), {0.1 / rest, 0.16 / rest, 0.2 / rest, 0.3 / rest});
  std::vector<float> positive = {4, 3, 0};  // 4 / 2 is below 3
  options.temperature = 0;
  EXPECT_EQ(Sampler(options, 0).next(positive, {0}), 1);
}

TEST(Sampler, DependsOnSeedAndStreamAlone) {
  const auto draws = [](int64_t seed, int64_t stream) {
    auto options = with_temperature(1);
    options.seed = seed;
    Sampler sampler(options, stream);
    std::vector<int64_t> tokens;
    for (int i = 0; i < 20; ++i) {
      auto copy = logits();
      tokens.push_back(sampler.next(copy, {}));
    }
    return tokens;
  };
  EXPECT_EQ(draws(1, 2), draws(1, 2));
  EXPECT_NE(draws(1, 2), draws(1, 3));
  EXPECT_NE(draws(1, 2), draws(2, 2));
}

TEST(Sampler, RefusesWhatIsOutOfRange) {
  const auto message = [](auto change) {
    SamplingOptions options;
    change(options);
    return message_of<Error>([&] { check_sampling(options); });
  };
  EXPECT_EQ(message([](auto& o) { o.temperature = -1; }),
            "temperature: found -1, expected at least 0");
  EXPECT_EQ(message([](auto& o) { o.top_k = -1; }), "top_k: found -1, expected at least 0");
  EXPECT_EQ(message([](auto& o) { o.top_p = 0; }),
            "top_p: found 0, expected above 0 and at most 1");
  EXPECT_EQ(message([](auto& o) { o.repetition_penalty = 0; }),
            "repetition_penalty: found 0, expected above 0 and finite");
}

}  // namespace
}  // namespace mola
