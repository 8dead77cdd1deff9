#include "ops/dropout.h"

#include <ATen/Parallel.h>
#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>

#include "kernels/dropout.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr DropoutKey kKey = {5, 7, 1, 2, 3};

Tensor factors(const DropoutKey& key, int64_t rows, int64_t columns, double p = 0.25) {
  return Dropout{key, p}.apply(torch::ones({rows, columns}));
}

// With a threshold of one half of the range, the highest bit of each draw decides.
TEST(Dropout, DrawsAsTorchsPhilox) {
  const DropoutMask mask = {{11, 12}, {13, 14}, /*threshold=*/32768, /*scale=*/2};
  constexpr int64_t kWidth = 2 * kDropoutBlock;
  constexpr int64_t kRow = 3;
  const std::vector<float> ones((kRow + 1) * kWidth, 1);
  std::vector<float> kept(ones.size(), 0);
  const DropoutArguments<float> arguments = {mask,     ones.data(), kept.data(),
                                             kRow + 1, kWidth,      /*adds=*/false};
  dropout_rows(arguments, kRow, kRow + 1);
  for (uint64_t counter = 0; counter < 2 * kDropoutCounters; ++counter) {
    at::philox_engine engine(11 + (uint64_t{12} << 32U), 13 + (uint64_t{14} << 32U),
                             counter + (uint64_t{kRow} << 32U));
    const auto block = static_cast<int64_t>(counter) / kDropoutCounters * kDropoutBlock;
    for (int64_t word = 0; word < 4; ++word) {
      const uint32_t bits = engine(kPhiloxRounds);
      const int64_t at = kRow * kWidth + block + word * kDropoutCounters +
                         static_cast<int64_t>(counter) % kDropoutCounters;
      EXPECT_EQ(kept[at] > 0, (bits & 0x8000U) != 0) << counter;
      EXPECT_EQ(kept[at + kDropoutBlock / 2] > 0, (bits >> 31U) != 0) << counter;
    }
  }
}

TEST(Dropout, IsTheSameWithTorchsOperators) {
  for (const int64_t columns : {3, 512, 1300}) {
    expect_same(factors(kKey, 5, columns),
                dropout_factors({kKey, 0.25}, 5, columns, torch::kFloat));
  }
}

TEST(Dropout, DependsOnItsKeyAndPlaceAlone) {
  const auto all = factors(kKey, 70, 600);
  expect_same(factors(kKey, 5, 600), all.narrow(0, 0, 5));
  expect_same(factors(kKey, 70, 40), all.narrow(1, 0, 40).contiguous());
  const int threads = at::get_num_threads();
  for (const int count : {1, 2, 3}) {
    at::set_num_threads(count);
    expect_same(factors(kKey, 70, 600), all);
  }
  at::set_num_threads(threads);
  for (const DropoutKey& other :
       {DropoutKey{6, 7, 1, 2, 3}, DropoutKey{5, 8, 1, 2, 3}, DropoutKey{5, 7, 0, 2, 3},
        DropoutKey{5, 7, 1, 3, 3}, DropoutKey{5, 7, 1, 2, 0}}) {
    EXPECT_FALSE(torch::equal(factors(other, 70, 600), all));
  }
}

// 300,000 elements: four standard deviations are 0.0032.
TEST(Dropout, KeepsItsShareAndTheMean) {
  const auto found = factors(kKey, 100, 3000);
  EXPECT_NEAR(found.eq(0).to(torch::kFloat).mean().item<double>(), 0.25, 0.0032);
  EXPECT_NEAR(found.mean().item<double>(), 1, 0.0043);
  EXPECT_NEAR(found.max().item<double>(), 4.0 / 3, 1e-6);
}

TEST(Dropout, AddsWhatItApplies) {
  for (const auto dtype : {torch::kFloat, torch::kDouble}) {
    const auto x = torch::randn({20, 50}, dtype);
    const auto y = torch::randn({20, 50}, dtype);
    const auto sum = y.clone();
    Dropout{kKey, 0.25}.add_to(sum, x);
    EXPECT_LT(relative_error(sum, y + Dropout{kKey, 0.25}.apply(x)), 1e-6);
  }
}

TEST(Dropout, DrawsAKeyFromTorchsGenerator) {
  torch::manual_seed(4);
  const auto first = random_dropout_key();
  EXPECT_NE(random_dropout_key().seed, first.seed);
  torch::manual_seed(4);
  EXPECT_EQ(random_dropout_key().seed, first.seed);
}

}  // namespace
}  // namespace mola
