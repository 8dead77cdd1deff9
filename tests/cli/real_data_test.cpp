#include <gtest/gtest.h>

#include "support/finetune_run.h"

namespace mola {
namespace {

struct Learner {
  std::string name;
  nlohmann::json adapter;
  double learning_rate;
  double loss;  // that it is below in the end, from above 4
};

nlohmann::json allocation(const std::string& digits) { return {{"allocation", digits}}; }

class RealData : public FinetuneRun, public testing::WithParamInterface<Learner> {};

// The published stories260K on the real CoLA.
TEST_P(RealData, BringsTheLossDown) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  config_ = {
      {"model", {{"path", test_data("data/stories260K/hf")}, {"dtype", "f32"}, {"device", "cpu"}}},
      {"adapter", GetParam().adapter},
      {"data", {{"task", "cola"}, {"path", test_data("data/glue/CoLA")}, {"limit", 512}}},
      {"train",
       {{"max_steps", 8},
        {"batch_size", 8},
        {"micro_batch_size", 4},
        {"learning_rate", GetParam().learning_rate},
        {"warmup_steps", 1}}},
      {"output", {{"dir", output()}, {"log_every", 2}}}};
  const auto result = finetune();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 4u);
  for (size_t i = 1; i < 4; ++i) EXPECT_LT(steps[i].at("loss"), steps[i - 1].at("loss")) << i;
  EXPECT_LT(steps[3].at("loss"), GetParam().loss);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, RealData,
    testing::Values(Learner{"2468", allocation("2468"), 5e-3, 3},
                    Learner{"8642", allocation("8642"), 5e-3, 3},
                    Learner{"8228", allocation("8228"), 5e-3, 3},
                    Learner{"5555", allocation("5555"), 5e-3, 3},
                    Learner{"lora", {{"type", "lora"}}, 5e-3, 3},
                    Learner{"prompt_tuning", {{"type", "prompt_tuning"}}, 0.1, 4.6},
                    Learner{"llama_adapter", {{"type", "llama_adapter"}}, 0.05, 4.2}),
    [](const auto& instance) { return "Of_" + instance.param.name; });

}  // namespace
}  // namespace mola
