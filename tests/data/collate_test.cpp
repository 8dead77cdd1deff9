#include "mola/data/collate.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include "support/tensors.h"

namespace mola {
namespace {

TEST(Collate, LaysSequencesEndToEnd) {
  const Sequence first{{1, 5, 6}, {kIgnoreIndex, 5, 6}};
  const Sequence second{{1, 7, 8}, {1, kIgnoreIndex, 8}};
  const Batch batch = collate({&first, &second});
  EXPECT_EQ(batch.tokens.offsets, std::vector<int64_t>({0, 3, 6}));
  EXPECT_EQ(batch.tokens.count(), 6);
  expect_same(batch.tokens.ids, torch::tensor({1, 5, 6, 1, 7, 8}, torch::kInt64));
  expect_same(batch.tokens.positions, torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64));
  // The token before a labelled one predicts it; nothing predicts the first of a sequence.
  expect_same(batch.targets.positions, torch::tensor({0, 1, 4}, torch::kInt64));
  expect_same(batch.targets.tokens, torch::tensor({5, 6, 8}, torch::kInt64));
}

TEST(Collate, TakesASequenceWithoutTargets) {
  const Sequence only{{4}, {4}};
  const Batch batch = collate({&only});
  expect_same(batch.tokens.ids, torch::tensor({4}, torch::kInt64));
  EXPECT_EQ(batch.targets.count(), 0);
}

TEST(Collate, PutsTheBatchOnTheDevice) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  const Sequence first{{1, 5, 6}, {kIgnoreIndex, 5, 6}};
  const Sequence second{{1, 7}, {1, 7}};
  const Batch host = collate({&first, &second});
  const Batch device = collate({&first, &second}, torch::kCUDA);
  EXPECT_TRUE(device.tokens.ids.is_cuda());
  expect_same(device.tokens.ids.cpu(), host.tokens.ids);
  expect_same(device.tokens.positions.cpu(), host.tokens.positions);
  expect_same(device.targets.positions.cpu(), host.targets.positions);
  expect_same(device.targets.tokens.cpu(), host.targets.tokens);
}

}  // namespace
}  // namespace mola
