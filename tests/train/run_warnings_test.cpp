#include "train/run_warnings.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"

namespace mola {
namespace {

using Lines = std::vector<std::string>;

TrainConfig usual() {
  TrainConfig train;
  train.warmup_steps = 10;
  return train;
}

AdapterConfig adapter(const std::string& allocation, int64_t top_k = 2) {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  spec["top_k"] = top_k;
  return resolve(spec, 2);
}

TEST(Doubts, AreNoneAboutAUsualRun) {
  EXPECT_EQ(run_warnings(usual(), adapter("24"), 100), Lines());
  EXPECT_EQ(run_warnings(usual(), adapter("1"), 100), Lines());  // one expert has no router
}

TEST(Doubts, AreAboutRoutersWithoutAChoice) {
  const auto lines = run_warnings(usual(), adapter("24", 8), 100);  // clamped to 2 and 4
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find("adapter.top_k equals the number of experts in every layer"), 0u);
}

TEST(Doubts, AreAboutALearningRateOffByAHundred) {
  auto train = usual();
  for (const double rate : {0.03, 2e-6}) {
    train.learning_rate = rate;
    EXPECT_EQ(run_warnings(train, adapter("24"), 100).size(), 1u) << rate;
  }
  train.learning_rate = 0.01;
  EXPECT_EQ(run_warnings(train, adapter("24"), 100), Lines());
  AdapterSpec prompts;
  prompts.type = "prompt_tuning";
  train.learning_rate = 0.3;
  EXPECT_EQ(run_warnings(train, resolve(prompts, 2), 100), Lines());
  train.learning_rate = 1e-4;
  EXPECT_EQ(
      run_warnings(train, resolve(prompts, 2), 100),
      Lines{"train.learning_rate is 0.0001; the usual value for prompt_tuning is about 0.01"});
  AdapterSpec full;
  full.type = "full";
  train.learning_rate = 2e-6;
  EXPECT_EQ(run_warnings(train, resolve(full, 2), 100), Lines());
}

TEST(Doubts, AreAboutAWarmUpAsLongAsTheRun) {
  EXPECT_EQ(run_warnings(usual(), adapter("24"), 10),
            Lines{"train.warmup_steps is 10, but the run has only 10 steps: the learning rate "
                  "never reaches its peak"});
}

}  // namespace
}  // namespace mola
