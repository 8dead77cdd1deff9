#include <gtest/gtest.h>

#include "support/finetune_run.h"

namespace mola {
namespace {

class RealData : public FinetuneRun, public testing::WithParamInterface<std::string> {};

// The published stories260K on the real CoLA, with the allocation as the only change.
TEST_P(RealData, BringsTheLossDown) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  config_ = {
      {"model", {{"path", test_data("data/stories260K/hf")}, {"dtype", "f32"}, {"device", "cpu"}}},
      {"adapter", {{"allocation", "2468"}}},
      {"data", {{"task", "cola"}, {"path", test_data("data/glue/CoLA")}, {"limit", 512}}},
      {"train",
       {{"max_steps", 8},
        {"batch_size", 8},
        {"micro_batch_size", 4},
        {"learning_rate", 5e-3},
        {"warmup_steps", 1}}},
      {"output", {{"dir", output()}, {"log_every", 2}}}};
  const auto result = finetune({"adapter.allocation=" + GetParam()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 4u);
  for (size_t i = 1; i < 4; ++i) EXPECT_LT(steps[i].at("loss"), steps[i - 1].at("loss")) << i;
  EXPECT_LT(steps[3].at("loss"), 3);  // from above 4
}

INSTANTIATE_TEST_SUITE_P(Allocations, RealData, testing::Values("2468", "8642", "8228", "5555"),
                         [](const auto& instance) { return "Of" + instance.param; });

}  // namespace
}  // namespace mola
