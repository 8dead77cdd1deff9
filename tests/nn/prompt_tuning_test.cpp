#include "mola/nn/prompt_tuning.h"

#include <gtest/gtest.h>

#include "ops/virtual_tokens.h"
#include "support/tensors.h"

namespace mola {
namespace {

TEST(PromptTuning, StartsFromTheStandardNormalDistribution) {
  const PromptTuning module(PromptTuningOptions(40, 64));
  EXPECT_EQ(module->prompt_embeddings.sizes(), (std::vector<int64_t>{40, 64}));
  EXPECT_TRUE(module->prompt_embeddings.requires_grad());
  EXPECT_NEAR(module->prompt_embeddings.mean().item<double>(), 0, 0.1);
  EXPECT_NEAR(module->prompt_embeddings.std().item<double>(), 1, 0.1);
}

TEST(PromptTuning, RefusesSizesBelowOne) {
  EXPECT_THROW(PromptTuning(PromptTuningOptions(0, 6)), c10::Error);
  EXPECT_THROW(PromptTuning(PromptTuningOptions(5, 0)), c10::Error);
}

// Sequences of 1, 2 and 3 rows, the second of which goes on from a cache.
TEST(VirtualTokens, StandInFrontOfSequencesThatBegin) {
  KeyValueCache cache(1, 3, 1, 8, 2, torch::kFloat);
  cache.lengths = {0, 4, 0};
  AttentionInputs inputs;
  inputs.offsets = {0, 1, 3, 6};
  inputs.cached = CachedSequences{&cache, {2, 1, 0}};
  const VirtualTokens virtual_tokens(inputs, 2);
  const auto rows = torch::tensor({1, 2, 3, 4, 5, 6});
  const auto both = virtual_tokens.put_before(rows, torch::tensor({-1, -2}));
  expect_same(both, torch::tensor({-1, -2, 1, 2, 3, -1, -2, 4, 5, 6}));
  EXPECT_EQ(virtual_tokens.offsets(), (std::vector<int64_t>{0, 3, 5, 10}));
  expect_same(virtual_tokens.take_away(both), rows);

  inputs.cached.reset();
  EXPECT_EQ(VirtualTokens(inputs, 2).offsets(), (std::vector<int64_t>{0, 3, 7, 12}));
}

}  // namespace
}  // namespace mola
