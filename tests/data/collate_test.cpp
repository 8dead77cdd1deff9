#include "mola/data/collate.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

namespace mola {
namespace {

TEST(Collate, PadsOnTheRightToTheLongest) {
  const Sequence longer{{1, 5, 6}, {kUnlabelled, 5, 6}};
  const Sequence shorter{{1, 7}, {1, 7}};
  const Batch batch = collate({&longer, &shorter});
  EXPECT_TRUE(batch.input_ids.equal(torch::tensor({{1, 5, 6}, {1, 7, 0}}, torch::kInt64)));
  EXPECT_TRUE(batch.attention_mask.equal(torch::tensor({{1, 1, 1}, {1, 1, 0}}, torch::kInt64)));
  EXPECT_TRUE(batch.labels.equal(
      torch::tensor({{kUnlabelled, 5L, 6L}, {1L, 7L, kUnlabelled}}, torch::kInt64)));
  EXPECT_TRUE(batch.labels.is_contiguous());
}

TEST(Collate, TakesOneSequence) {
  const Sequence only{{4}, {kUnlabelled}};
  const Batch batch = collate({&only});
  EXPECT_TRUE(batch.input_ids.equal(torch::full({1, 1}, 4, torch::kInt64)));
  EXPECT_TRUE(batch.attention_mask.equal(torch::ones({1, 1}, torch::kInt64)));
  EXPECT_TRUE(batch.labels.equal(torch::full({1, 1}, kUnlabelled, torch::kInt64)));
}

TEST(Collate, PutsTheBatchOnTheDevice) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  const Sequence longer{{1, 5, 6}, {kUnlabelled, 5, 6}};
  const Sequence shorter{{1, 7}, {1, 7}};
  const Batch host = collate({&longer, &shorter});
  const Batch device = collate({&longer, &shorter}, torch::kCUDA);
  EXPECT_TRUE(device.input_ids.is_cuda());
  EXPECT_TRUE(device.input_ids.cpu().equal(host.input_ids));
  EXPECT_TRUE(device.attention_mask.cpu().equal(host.attention_mask));
  EXPECT_TRUE(device.labels.cpu().equal(host.labels));
}

}  // namespace
}  // namespace mola
