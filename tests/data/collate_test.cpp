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

// Eight rows begin with 1, 5, 6; the first two are labelled otherwise.
TEST(Collate, HasWhatRowsShareOnce) {
  std::vector<Sequence> sequences(8, {{1, 5, 6, 7}, {1, 5, 6, 7}});
  sequences[0].labels[1] = kIgnoreIndex;
  sequences[1].labels[2] = 4;
  sequences[2] = {{1, 5, 6, 8, 9}, {1, 5, 6, 8, 9}};
  sequences[3] = {{1, 5, 6}, {1, 5, 6}};
  MicroBatch rows;
  for (const auto& sequence : sequences) rows.push_back(&sequence);
  const auto batch = collate(rows, torch::kCPU, /*share_prefix=*/true);
  const auto ids = [](std::vector<int64_t> values) { return torch::tensor(values); };
  EXPECT_EQ(batch.tokens.computed(), 6 + 5);
  EXPECT_EQ(batch.tokens.count(), 7 * 4 - 1 + 5);
  EXPECT_EQ(batch.targets.count(), batch.tokens.count() - 8 - 1);
  // The six equal rows save less than 16 tokens with their last one, so that each has its own.
  EXPECT_EQ(batch.tokens.offsets, (std::vector<int64_t>{0, 3, 4, 5, 6, 7, 8, 9, 11}));
  EXPECT_EQ(batch.tokens.parents, (std::vector<int64_t>{-1, 0, 0, 0, 0, 0, 0, 0}));
  expect_same(batch.tokens.ids, ids({1, 5, 6, 7, 7, 7, 7, 7, 7, 8, 9}));
  expect_same(batch.tokens.positions, ids({0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 4}));
  expect_same(batch.tokens.multiplicity, ids({8, 8, 8, 1, 1, 1, 1, 1, 1, 1, 1}));
  // Token 5 in seven rows, 6 in seven and 4 in one, 7 in six and 8 in one, then 9.
  expect_same(batch.targets.positions, ids({0, 1, 1, 2, 2, 9}));
  expect_same(batch.targets.tokens, ids({5, 4, 6, 7, 8, 9}));
  expect_same(batch.targets.weights, ids({7, 1, 7, 6, 1, 1}));
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
