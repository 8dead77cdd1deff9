#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

class RunConfigText : public testing::Test {
 protected:
  RunConfig read(const json& config) {
    return read_run_config(folder_.write("run.json", config.dump()));
  }
  json written(const json& config) { return json::parse(run_config_text(read(config))); }

  const json least_ = {{"model", {{"path", "llama"}}},
                       {"adapter", {{"allocation", "2468"}}},
                       {"data", {{"task", "cola"}, {"path", "CoLA"}}},
                       {"output", {{"dir", "runs/a"}}}};
  TempFolder folder_;
};

TEST_F(RunConfigText, FillsInTheDefaults) {
  const auto config = written(least_);
  EXPECT_EQ(config["adapter"],
            json::parse(R"({"type": "mola", "allocation": "2468", "top_k": 2, "rank": 8,
                            "alpha": 16.0, "dropout": 0.05, "target_modules": ["q_proj", "k_proj",
                            "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
                            "init": "kaiming"})"));
  EXPECT_EQ(config["train"]["schedule"], "linear");
  EXPECT_EQ(config["train"]["max_steps"], nullptr);
  EXPECT_EQ(config["data"]["on_bad_row"], "stop");
}

TEST_F(RunConfigText, LeavesOutWhatAnAdapterDoesNotHave) {
  auto config = least_;
  config["adapter"] = {{"type", "lora"}};
  EXPECT_EQ(written(config)["adapter"]["rank"], 8);
  for (const auto* key : {"allocation", "top_k"}) {
    EXPECT_EQ(written(config)["adapter"][key], nullptr);
  }
  config["adapter"] = {{"init_from", "saved"}};  // which has the rest
  EXPECT_EQ(written(config)["adapter"]["init_from"], "saved");
  EXPECT_EQ(written(config)["adapter"]["rank"], nullptr);
}

// What is read again is written alike, in whatever form it was given.
TEST_F(RunConfigText, IsReadBack) {
  auto config = least_;
  config["adapter"] = {{"allocation", {{"attention", "24"}, {"mlp", {2, 4}}}},
                       {"top_k", {1, 2}},
                       {"rank", {4, 8}},
                       {"alpha", 0.1}};
  config["data"]["topic"] = "biology";
  config["data"]["limit"] = 7;
  config["data"]["validation"] = 0.1;
  config["data"]["on_bad_row"] = "skip";
  config["train"] = {{"evaluate_every", 3}, {"schedule", "cosine"}, {"learning_rate", 3e-4}};
  const auto first = written(config);
  EXPECT_EQ(written(first), first);
  for (const auto* section : {"adapter", "data", "train"}) {
    for (const auto& [key, value] : config[section].items()) {
      EXPECT_EQ(first[section][key], value) << key;
    }
  }
}

// JSON would make null of them, which stands for the default.
TEST_F(RunConfigText, RefusesNumbersThatAreNotFinite) {
  auto config = read(least_);
  config.train.learning_rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message_of<Error>([&] { run_config_text(config); }),
            "train.learning_rate: found nan, expected a finite number");
  config = read(least_);
  config.adapter["alpha"] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(message_of<Error>([&] { run_config_text(config); }),
            "adapter.alpha: found inf, expected a value in JSON");
}

TEST_F(RunConfigText, NamesTheFirstDifferenceFromARun) {
  const auto saved = read(least_);
  const auto message = [&](const std::string& pointer, const json& value) {
    auto config = least_;
    config[json::json_pointer(pointer)] = value;
    return message_of<Error>(
        [&] { check_same_run(read(config), saved, "runs/a", adapter_types()); });
  };
  const std::string advice = "; resume it with the same settings, or choose another output.dir";
  EXPECT_EQ(message("/train", {{"epochs", 3}}),
            "train.epochs: found 3, but the run in runs/a has 10" + advice);
  EXPECT_EQ(message("/adapter/allocation", "8642"),
            "adapter.allocation: found \"8642\", but the run in runs/a has \"2468\"" + advice);
  EXPECT_EQ(message("/data/limit", 5),
            "data.limit: found 5, but the run in runs/a has null" + advice);
  EXPECT_EQ(message("/model/dtype", "f32"),
            "model.dtype: found \"f32\", but the run in runs/a has \"auto\"" + advice);

  auto config = least_;
  config["output"] = {{"dir", "b"}, {"keep", 1}};
  config["adapter"]["rank"] = 8;  // the default
  EXPECT_NO_THROW(check_same_run(read(config), saved, "runs/a", adapter_types()));
}

// A run is that of the files that it names, whose paths alone say little.
TEST_F(RunConfigText, KnowsAFileThatHasChanged) {
  auto config = least_;
  config["adapter"]["allocation"] = folder_.write("allocation.json", "[2, 4]");
  config["data"]["task"] = folder_.write("task.json", "{}");
  const auto run = read(config);
  const auto saved = read(written(config));
  const auto check = [&](const RunConfig& other) {
    check_same_run(run, other, "runs/a", adapter_types());
  };
  EXPECT_EQ(saved.files.size(), 2u);
  EXPECT_NO_THROW(check(saved));
  const std::string problem =
      ": the file has changed since the run in runs/a began; resume it with the same file, or "
      "choose another output.dir";
  folder_.write("task.json", "{ }");
  EXPECT_EQ(message_of<Error>([&] { check(saved); }), "data.task" + problem);
  folder_.write("allocation.json", "[4, 2]");
  EXPECT_EQ(message_of<Error>([&] { check(saved); }), "adapter.allocation" + problem);
  EXPECT_NO_THROW(check(run));  // an older config.json has no fingerprints

  config["files"] = {{"data.path", "0"}};
  EXPECT_NE(message_of<Error>([&] { read(config); }).find("files.data.path: unknown key"),
            std::string::npos);
}

}  // namespace
}  // namespace mola
