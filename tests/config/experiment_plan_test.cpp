#include "mola/config/experiment_plan.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

class ExperimentPlanTest : public testing::Test {
 protected:
  ExperimentPlan read(const std::vector<std::string>& overrides = {}) {
    return read_experiment_plan(folder_.write("plan.json", plan_.dump()), overrides);
  }
  std::string message(const std::vector<std::string>& overrides = {}) {
    const auto text = message_of<Error>([&] { read(overrides); });
    const std::string file = folder_.path("plan.json") + ": ";
    return text.rfind(file, 0) == 0 ? text.substr(file.size()) : text;
  }

  json plan_ = json::parse(R"({
    "model": {"path": "m"},
    "tasks": [{"name": "cola", "data": {"task": "cola", "path": "c"}},
              {"name": "mrpc", "data": {"task": "mrpc", "path": "r", "max_length": 99},
               "train": {"learning_rate": 0.5}}],
    "adapters": [{"name": "lora", "adapter": {"type": "lora"}, "train": {"learning_rate": 0.25,
                                                                        "weight_decay": 0.1}},
                 {"name": "2468", "adapter": {"allocation": "2468"}}],
    "epochs": [10, 15], "seeds": [1, 2, 3],
    "data": {"max_length": 64},
    "train": {"learning_rate": 0.125},
    "output": {"dir": "out"}})");
  TempFolder folder_;
};

TEST_F(ExperimentPlanTest, IsAGrid) {
  const auto plan = read();
  EXPECT_EQ(plan.tasks, (std::vector<std::string>{"cola", "mrpc"}));
  EXPECT_EQ(plan.adapters, (std::vector<std::string>{"lora", "2468"}));
  ASSERT_EQ(plan.runs.size(), 24u);
  const auto& first = plan.runs[0];
  EXPECT_EQ(first.task, "cola");
  EXPECT_EQ(first.adapter, "lora");
  EXPECT_EQ(first.config.train.epochs, 10);
  EXPECT_EQ(first.config.train.seed, 1);
  EXPECT_EQ(first.config.output.dir, "out/runs/cola/lora/epochs-10/seed-1");
  EXPECT_EQ(first.config.data.validation, 0.05);
  EXPECT_EQ(plan.runs[4].config.train.epochs, 15);
  EXPECT_EQ(plan.runs[4].config.train.seed, 2);
  EXPECT_EQ(plan.runs[23].config.output.dir, "out/runs/mrpc/2468/epochs-15/seed-3");
}

// The plan's, then the adapter's, then the task's.
TEST_F(ExperimentPlanTest, PutsWhatIsSpecialOverWhatIsGeneral) {
  const auto plan = read();
  EXPECT_EQ(plan.runs[0].config.train.learning_rate, 0.25);
  EXPECT_EQ(plan.runs[0].config.data.max_length, 64);
  EXPECT_EQ(plan.runs[6].config.train.learning_rate, 0.125);
  EXPECT_EQ(plan.runs[12].config.train.learning_rate, 0.5);
  EXPECT_EQ(plan.runs[12].config.train.weight_decay, 0.1);
  EXPECT_EQ(plan.runs[12].config.data.max_length, 99);
  EXPECT_EQ(read({"train.learning_rate=1"}).runs[12].config.train.learning_rate, 1);
}

TEST_F(ExperimentPlanTest, TakesOverridesOfItsOwn) {
  const auto plan = read({"seeds=[7]", "output.dir=here", "evaluation.limit=5"});
  EXPECT_EQ(plan.runs.size(), 8u);
  EXPECT_EQ(plan.runs[0].config.output.dir, "here/runs/cola/lora/epochs-10/seed-7");
  EXPECT_EQ(plan.evaluation.limit, 5);
}

TEST_F(ExperimentPlanTest, StartsFromInstructionTuning) {
  plan_["instruction"] = json::parse(R"({"data": {"task": "instruction", "path": "a.json"},
                                         "train": {"epochs": 3}})");
  const auto plan = read();
  ASSERT_EQ(plan.instruction.size(), 6u);
  const auto& first = plan.instruction[0].config;
  EXPECT_EQ(first.output.dir, "out/instruction/lora/seed-1");
  EXPECT_EQ(first.train.epochs, 3);
  EXPECT_EQ(first.train.learning_rate, 0.25);
  EXPECT_EQ(first.data.validation, 0);
  EXPECT_EQ(first.data.max_length, 64);
  EXPECT_EQ(plan.runs[0].config.adapter.init_from, "out/instruction/lora/seed-1/adapter");
  EXPECT_EQ(plan.runs[0].config.adapter.type, "");

  EXPECT_EQ(read({R"(instruction.train={"epochs": 4})"}).instruction[0].config.train.epochs, 4);
  plan_["instruction"] = nullptr;
  EXPECT_TRUE(read().instruction.empty());
  const std::string data = R"(instruction.data={"task": "instruction", "path": "b.json"})";
  EXPECT_EQ(read({data}).instruction[0].config.data.path, "b.json");

  // Its rows may be the plan's.
  plan_["data"].update({{"task", "instruction"}, {"path", "c.json"}});
  plan_["instruction"] = {{"data", nullptr}, {"train", nullptr}};
  EXPECT_EQ(read().instruction[0].config.data.path, "c.json");

  plan_["adapters"][0]["adapter"]["type"] = "full";
  EXPECT_EQ(
      message(),
      "instruction: the adapter lora: found the type full, expected an adapter that the other "
      "runs can start from");
}

// It holds out no rows.
TEST_F(ExperimentPlanTest, DoesNotValidateInstructionTuning) {
  plan_["instruction"] = json::parse(R"({"data": {"task": "instruction", "path": "a.json"}})");
  plan_["train"]["evaluate_every"] = 5;
  for (const auto& overrides :
       std::vector<std::vector<std::string>>{{}, {"train.evaluate_every=5"}}) {
    const auto plan = read(overrides);
    EXPECT_EQ(plan.instruction[0].config.train.evaluate_every, std::nullopt);
    EXPECT_EQ(plan.runs[0].config.train.evaluate_every, 5);
  }
  plan_["instruction"]["data"]["validation"] = 0.5;
  plan_["instruction"]["train"] = {{"evaluate_every", 3}};
  EXPECT_EQ(read().instruction[0].config.train.evaluate_every, 3);
}

TEST_F(ExperimentPlanTest, HasALimit) {
  for (int seed = 4; seed <= 2500; ++seed) plan_["seeds"].push_back(seed);
  EXPECT_EQ(message(),
            "has 20000 runs (tasks x adapters x epochs x seeds), expected at most 10000");
  plan_["epochs"] = {10};
  EXPECT_EQ(read().runs.size(), 10'000u);
}

TEST_F(ExperimentPlanTest, RefusesWhatIsNoGrid) {
  const auto with = [&](const std::string& pointer, const json& value) {
    const json kept = plan_;
    plan_[json::json_pointer(pointer)] = value;
    const auto text = message();
    plan_ = kept;
    return text;
  };
  EXPECT_EQ(with("/seeds", json::array()), "seeds: is empty or missing, expected at least one");
  EXPECT_EQ(with("/seeds", {1, 1}), "seeds: found 1 twice");
  EXPECT_EQ(with("/epochs", {0}), "epochs: found 0, expected at least 1");
  EXPECT_EQ(with("/epochs", 3), "epochs: found one number, expected a list");
  EXPECT_EQ(with("/tasks", json::object()), "tasks: found {}, expected a list");
  EXPECT_EQ(with("/tasks/1/name", "cola"), "tasks: found \"cola\" twice");
  EXPECT_EQ(with("/tasks/1/name", "a/b"),
            "tasks[1].name: found 'a/b', expected letters, digits, _, - and .");
  EXPECT_EQ(with("/adapters/0/rank", 8),
            "adapters[0].rank: unknown key, found with the value 8 (nearest valid key: "
            "adapters[0].train)");
  EXPECT_EQ(with("/model.dtype", "f32"),
            "model.dtype: unknown key, expected \"model\": {\"dtype\": \"f32\"}");
  EXPECT_EQ(with("/output.dir", "runs"),
            "output.dir: unknown key, expected \"output\": {\"dir\": \"runs\"}");
  for (const std::string key : {"epochs", "max_steps"}) {
    EXPECT_EQ(with("/train/" + key, 3),
              "train." + key + ": found 3, expected the list epochs of the plan");
  }
  EXPECT_EQ(with("/train/seed", 3), "train.seed: found 3, expected the list seeds of the plan");
  EXPECT_EQ(with("/instruction", {{"train", {{"seed", 3}}}}),
            "instruction.train: found the seed 3, expected the list seeds of the plan");
  EXPECT_EQ(message({"train.seed=3"}), "--set train.seed: found 3, expected seeds=[...]");
  EXPECT_EQ(message({"train.max_steps=3"}),
            "--set train.max_steps: found 3, expected epochs=[...]");
  EXPECT_EQ(with("/data/validation", 0),
            "data.validation: found 0 for the task cola, but the epochs are chosen on held-out "
            "rows");
  // A run's own keys are checked too.
  EXPECT_EQ(with("/data/max_length", 0),
            "data.max_length: found 0, expected a whole number from 2 to 1000000000");
}

TEST(ExperimentConfigs, ArePlans) {
  const auto folder = std::filesystem::path(MOLA_REFERENCE_DIR) / "../../configs/experiments";
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename() == "schema.json") continue;
    ++count;
    const auto plan = read_experiment_plan(entry.path().string());
    for (const auto& run : plan.runs) {
      if (!run.config.adapter.init_from) resolve(run.config.adapter, 32);
      EXPECT_EQ(plan.output_dir.rfind("runs/", 0), 0u) << entry.path();
    }
  }
  EXPECT_EQ(count, 6);
}

}  // namespace
}  // namespace mola
