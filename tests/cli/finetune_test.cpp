#include <gtest/gtest.h>

#include <numeric>

#include "mola/io/adapter_config_file.h"
#include "mola/train/metrics.h"
#include "support/finetune_run.h"
#include "support/tensors.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

class Finetune : public FinetuneRun {
 protected:
  void expect_success(const ProcessResult& result) {
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, "");
  }
};

TEST_F(Finetune, GivesTheSameBitsAgain) {
  expect_success(finetune());
  expect_success(finetune({"output.dir=" + folder_.path("again")}));
  EXPECT_EQ(folder_.read("run/adapter/adapter_model.safetensors"),
            folder_.read("again/adapter/adapter_model.safetensors"));
  EXPECT_EQ(folder_.read("run/adapter/adapter_config.json"),
            folder_.read("again/adapter/adapter_config.json"));
  auto first = metrics();
  auto second = metrics("again");
  ASSERT_EQ(first.size(), 4u);
  for (auto* steps : {&first, &second}) {
    for (auto& step : *steps) {
      EXPECT_EQ(step.erase("tokens_per_second"), 1u);
      EXPECT_EQ(step.erase("computed_tokens_per_second"), 1u);
    }
  }
  EXPECT_EQ(first, second);

  expect_success(finetune({"output.dir=" + folder_.path("other"), "train.seed=11"}));
  EXPECT_NE(folder_.read("run/adapter/adapter_model.safetensors"),
            folder_.read("other/adapter/adapter_model.safetensors"));
}

// With several threads the program starts itself anew, with its arguments.
TEST_F(Finetune, RunsOnSeveralThreads) {
  setenv("OMP_NUM_THREADS", "2", /*overwrite=*/1);
  expect_success(finetune({"data.packing=true", "train.gradient_checkpointing=true"}));
  EXPECT_EQ(metrics().size(), 4u);
  expect_error(finetune({"train.epochz=1"}), {"train.epochz"});
  setenv("OMP_NUM_THREADS", "1", /*overwrite=*/1);
}

// 12 rows in steps of 4 are 3 steps an epoch. After 1 step of warm-up the rate falls to 0 in 3.
TEST_F(Finetune, RecordsItsStepsAndTheirMeans) {
  config_["train"]["learning_rate"] = 3e-4;
  const auto result = finetune();
  expect_success(result);
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 4u);
  const double rates[] = {0, 3e-4, 2e-4, 1e-4};
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(steps[i].at("step"), i + 1);
    EXPECT_DOUBLE_EQ(steps[i].at("epoch"), (i + 1) / 3.0);
    EXPECT_NEAR(steps[i].at("learning_rate").get<double>(), rates[i], 1e-12);
    EXPECT_GT(steps[i].at("loss"), 0);
    EXPECT_GT(steps[i].at("balance_loss"), 1.9);  // at least about 1 for each of two layers
    EXPECT_GT(steps[i].at("grad_norm"), 0);
    EXPECT_GT(steps[i].at("tokens_per_second"), 0);
    const auto load = steps[i].at("expert_load").get<ExpertNumbers>();
    ASSERT_EQ(load.size(), 2u);
    EXPECT_EQ(load[0].size(), 2u);
    EXPECT_EQ(load[1].size(), 4u);
    for (const auto& layer : load) {
      EXPECT_NEAR(std::accumulate(layer.begin(), layer.end(), 0.0), 1, 4 * 5e-5);
    }
  }
  EXPECT_NE(result.err.find("step 4/4"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("adapter saved in " + output() + "/adapter"), std::string::npos);

  expect_success(finetune({"output.dir=" + folder_.path("mean"), "output.log_every=3"}));
  const auto mean = metrics("mean");
  ASSERT_EQ(mean.size(), 2u);
  EXPECT_EQ(mean[0].at("step"), 3);
  EXPECT_EQ(mean[1].at("step"), 4);  // the last is always logged
  double sum = 0;
  for (size_t i = 0; i < 3; ++i) sum += steps[i].at("loss").get<double>();
  EXPECT_NEAR(mean[0].at("loss").get<double>(), sum / 3, 1e-6);
  EXPECT_EQ(mean[1].at("loss"), steps[3].at("loss"));
}

TEST_F(Finetune, KeepsTheNewestCheckpoints) {
  expect_success(finetune({"train.max_steps=8", "output.save_every=2", "output.keep=2"}));
  EXPECT_FALSE(fs::exists(folder_.path("run/checkpoint-2")));
  for (const std::string saved : {"checkpoint-4", "checkpoint-6", "adapter"}) {
    const auto adapter = read_adapter_config(folder_.path("run/" + saved), 2);
    EXPECT_EQ(adapter.allocation, Allocation::parse("24", 2, all_projections())) << saved;
    EXPECT_NO_THROW(load_pretrained(reference("llama/gqa"), folder_.path("run/" + saved))) << saved;
  }
  EXPECT_FALSE(fs::exists(folder_.path("run/checkpoint-8")));         // that is the adapter
  EXPECT_EQ(std::distance(fs::directory_iterator(output()), {}), 5);  // config and metrics too
}

TEST_F(Finetune, BringsTheLossDown) {
  config_["train"] = {{"epochs", 10},
                      {"batch_size", 12},
                      {"micro_batch_size", 4},
                      {"warmup_steps", 0},
                      {"learning_rate", 0.01}};
  expect_success(finetune());
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 10u);
  EXPECT_LT(steps.back().at("loss").get<double>(), 0.9 * steps.front().at("loss").get<double>());
}

// With a constant rate, all rows in each step and no dropout, three steps and one from their
// adapter see what four see.
TEST_F(Finetune, GoesOnFromASavedAdapter) {
  config_["adapter"]["dropout"] = 0;
  config_["train"] = {{"max_steps", 4},
                      {"batch_size", 12},
                      {"micro_batch_size", 12},
                      {"warmup_steps", 0},
                      {"schedule", "constant"}};
  config_["data"]["shuffle"] = false;
  expect_success(finetune());
  expect_success(finetune({"output.dir=" + folder_.path("three"), "train.max_steps=3"}));
  config_["adapter"] = {{"init_from", folder_.path("three/adapter")}};
  expect_success(finetune({"output.dir=" + folder_.path("fourth"), "train.max_steps=1"}));
  EXPECT_EQ(metrics("fourth").at(0).at("loss"), metrics().at(3).at("loss"));
  EXPECT_EQ(folder_.read("fourth/adapter/adapter_config.json"),
            folder_.read("three/adapter/adapter_config.json"));
}

TEST_F(Finetune, TrainsLoraTooAndWarnsOfALongWarmUp) {
  config_["adapter"] = {{"type", "lora"}, {"rank", 4}};
  const auto result = finetune({"train.warmup_steps=4"});
  expect_success(result);
  EXPECT_EQ(read_adapter_config(folder_.path("run/adapter"), 2).type, "lora");
  EXPECT_EQ(metrics().at(3).at("balance_loss"), 0);
  EXPECT_FALSE(metrics().at(3).contains("expert_load"));
  EXPECT_NE(result.err.find("warning train.warmup_steps is 4, but the run has only 4 steps"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace mola
