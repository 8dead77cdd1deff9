#include "mola/data/hold_out.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/example.h"
#include "support/test_files.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

Ids numbered(int64_t count) {
  Ids ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back(i);
  return ids;
}

// The first of the order that shuffle_order.py prints for epoch -1: 9, 3, 8.
TEST(HoldOut, IsTheSameEverywhere) {
  const auto parts = hold_out(numbered(10), 0.3, /*seed=*/10);
  EXPECT_EQ(parts.validation, (Ids{3, 8, 9}));
  EXPECT_EQ(parts.training, (Ids{0, 1, 2, 4, 5, 6, 7}));
  EXPECT_NE(hold_out(numbered(10), 0.3, /*seed=*/11).validation, (Ids{3, 8, 9}));
}

TEST(HoldOut, IsTheNearestWholeNumberAndAtLeastOne) {
  const auto count = [](double share) {
    return hold_out(numbered(10), share, 10).validation.size();
  };
  EXPECT_EQ(count(0.01), 1u);
  EXPECT_EQ(count(0.24), 2u);
  EXPECT_EQ(count(0.26), 3u);
  EXPECT_EQ(count(0.94), 9u);
}

TEST(HoldOut, LeavesSomethingToTrainOn) {
  EXPECT_EQ(message_of<Error>([] { hold_out(numbered(10), 0.96, 10); }),
            "data.validation: 0.96 of 10 sequences holds out 10, so none is left to train on");
  EXPECT_EQ(message_of<Error>([] { hold_out(numbered(1), 0.1, 10); }),
            "data.validation: 0.1 of 1 sequences holds out 1, so none is left to train on");
}

}  // namespace
}  // namespace mola
