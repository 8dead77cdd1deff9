#include "mola/nn/rotary_embedding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

// cos of the angles of position 1, [D].
Tensor cos_of_position_one(int64_t head_dim, double theta, const RopeScaling& scaling) {
  const RotaryEmbedding rotary(head_dim, theta, scaling);
  return rotary.angles(torch::ones({1}, torch::kLong), torch::kFloat).cos.view(-1);
}

TEST(RotaryEmbedding, TurnsThePairsOfTheTwoHalves) {
  const RotaryEmbedding rotary(2, 10000, {});
  const auto angles = rotary.angles(torch::tensor({0, 3}), torch::kFloat);
  const auto x = torch::tensor({1.0f, 0.0f}).expand({2, 1, 2});
  const auto turned = angles.apply(x);
  EXPECT_LT(relative_error(turned[0][0], torch::tensor({1.0, 0.0})), 1e-6);
  EXPECT_LT(relative_error(turned[1][0], torch::tensor({std::cos(3.0), std::sin(3.0)})), 1e-6);
}

TEST(RotaryEmbedding, LaterPairsTurnSlower) {
  const auto cos = cos_of_position_one(4, 100, {});  // frequencies 1 and 1/10
  const auto expected = torch::tensor({std::cos(1.0), std::cos(0.1), std::cos(1.0), std::cos(0.1)});
  EXPECT_LT(relative_error(cos, expected), 1e-6);
}

TEST(RotaryEmbedding, LinearScalingDividesAllFrequencies) {
  RopeScaling scaling;
  scaling.type = RopeScaling::Type::kLinear;
  scaling.factor = 4;
  const auto cos = cos_of_position_one(2, 10000, scaling);
  EXPECT_NEAR(cos[0].item<double>(), std::cos(0.25), 1e-6);
}

TEST(RotaryEmbedding, Llama3ScalingKeepsHighAndDividesLowFrequencies) {
  RopeScaling scaling;
  scaling.type = RopeScaling::Type::kLlama3;
  scaling.factor = 8;
  scaling.low_freq_factor = 1;
  scaling.high_freq_factor = 4;
  scaling.original_max_position_embeddings = 64;
  // Frequencies 1, 0.1 and 0.01 have wavelengths of about 6.3, 63 and 628: the first is below
  // 64 / 4, the last above 64 / 1, and the second lies a share of (64 / 62.83 - 1) / 3 between.
  const auto cos = cos_of_position_one(6, 1000, scaling);
  const double share = (64 / (2 * M_PI / 0.1) - 1) / 3;
  const double between = (1 - share) * 0.1 / 8 + share * 0.1;
  EXPECT_NEAR(cos[0].item<double>(), std::cos(1.0), 1e-6);
  EXPECT_NEAR(std::acos(cos[1].item<double>()), between, 1e-4);
  EXPECT_NEAR(std::acos(cos[2].item<double>()), 0.01 / 8, 1e-4);
}

}  // namespace
}  // namespace mola
