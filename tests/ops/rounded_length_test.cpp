#include "ops/rounded_length.h"

#include <gtest/gtest.h>

#include <set>

namespace mola {
namespace {

TEST(RoundedLength, IsAMultipleOf16AndOfAnEighthOfThePowerOfTwo) {
  EXPECT_EQ(rounded_length(1), 16);
  EXPECT_EQ(rounded_length(16), 16);
  EXPECT_EQ(rounded_length(17), 32);
  EXPECT_EQ(rounded_length(256), 256);
  EXPECT_EQ(rounded_length(257), 288);
  EXPECT_EQ(rounded_length(1000), 1024);
}

TEST(RoundedLength, TakesFewValuesAndAddsAtMostAnEighth) {
  std::set<int64_t> values;
  for (int64_t length = 129; length <= 4096; ++length) {
    const int64_t rounded = rounded_length(length);
    EXPECT_GE(rounded, length);
    EXPECT_LE(8 * (rounded - length), length);
    values.insert(rounded);
  }
  EXPECT_EQ(values.size(), 40u);  // 8 in each of the five octaves
}

TEST(RoundedLength, PutsZerosBehind) {
  const auto rows = torch::ones({2, 3});
  const auto padded = with_rows(rows, 4);
  EXPECT_TRUE(torch::equal(padded, torch::cat({rows, torch::zeros({2, 3})})));
  EXPECT_TRUE(with_rows(rows, 2).is_same(rows));
}

}  // namespace
}  // namespace mola
