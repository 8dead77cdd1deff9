#include "mola/config/run_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

// The keys of "adapter" that are given, besides type and init_from.
json settings(const RunConfig& config) {
  json object;
  for (const auto& [key, value] : config.adapter.settings) object[key] = json::parse(value.json());
  return object;
}

class RunConfigTest : public testing::Test {
 protected:
  json json_ = {{"model", {{"path", "llama"}}},
                {"adapter", {{"allocation", "2468"}}},
                {"data", {{"task", "cola"}, {"path", "CoLA"}}},
                {"output", {{"dir", "runs/a"}}}};

  RunConfig read() { return read_run_config(folder_.write("run.json", json_.dump())); }

  // What is wrong with the file if the value at `pointer` is `value`, after "FILE: ".
  std::string message(const std::string& pointer, const json& value) {
    const json kept = json_;
    json_[json::json_pointer(pointer)] = value;
    const std::string text = message_of<Error>([&] { read(); });
    json_ = kept;
    const std::string where = folder_.path("run.json") + ": ";
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(std::min(where.size(), text.size()));
  }

  TempFolder folder_;
};

TEST_F(RunConfigTest, HasDefaults) {
  const auto config = read();
  EXPECT_EQ(config.model.path, "llama");
  EXPECT_EQ(config.model.dtype, "auto");
  EXPECT_EQ(config.model.device, "auto");
  EXPECT_EQ(config.adapter.type, "");
  EXPECT_EQ(settings(config), json({{"allocation", "2468"}}));
  EXPECT_FALSE(config.adapter.init_from);
  EXPECT_EQ(config.data.max_length, 256);
  EXPECT_TRUE(config.data.train_on_prompt && config.data.shuffle && config.data.group_by_length);
  EXPECT_FALSE(config.data.packing || config.train.gradient_checkpointing);
  EXPECT_EQ(config.data.topic, std::nullopt);
  EXPECT_EQ(config.data.limit, std::nullopt);
  EXPECT_EQ(config.data.validation, 0);
  EXPECT_EQ(config.data.on_bad_row, OnBadRow::kStop);
  EXPECT_EQ(config.train.epochs, 10);
  EXPECT_EQ(config.train.max_steps, std::nullopt);
  EXPECT_EQ(config.train.batch_size, 128);
  EXPECT_EQ(config.train.micro_batch_size, 8);
  EXPECT_EQ(config.train.learning_rate, 3e-4);
  EXPECT_EQ(config.train.schedule, Schedule::kLinear);
  EXPECT_EQ(config.train.warmup_steps, 100);
  EXPECT_EQ(config.train.max_grad_norm, 1.0);
  EXPECT_EQ(config.train.balance_coefficient, 0.001);
  EXPECT_EQ(config.train.seed, 10);
  EXPECT_EQ(config.train.evaluate_every, std::nullopt);
  EXPECT_EQ(config.output.save_every, 200);
  EXPECT_EQ(config.output.keep, 3);
  EXPECT_EQ(config.output.log_every, 10);
}

TEST_F(RunConfigTest, ReadsEveryKey) {
  json_ = json::parse(R"({
    "model": {"path": "m", "dtype": "bf16", "device": "cpu"},
    "adapter": {"type": "mola", "allocation": [2, 4], "top_k": [1, 2], "rank": 4, "alpha": 8,
                "dropout": 0, "target_modules": ["q_proj"], "init": "gaussian", "init_from": "a"},
    "data": {"task": "mrpc", "path": "p", "max_length": 512, "train_on_prompt": false,
             "shuffle": false, "group_by_length": false, "packing": true, "topic": "t",
             "limit": 7, "validation": 0.25, "on_bad_row": "skip"},
    "train": {"epochs": 2, "max_steps": 9, "batch_size": 6, "micro_batch_size": 3,
              "learning_rate": 1, "weight_decay": 0.1, "beta1": 0.5, "beta2": 0.6, "epsilon": 0.2,
              "schedule": "cosine", "warmup_steps": 0, "max_grad_norm": 0,
              "balance_coefficient": 0, "seed": 0, "gradient_checkpointing": true,
              "evaluate_every": 4},
    "output": {"dir": "o", "save_every": 1, "keep": 2, "log_every": 3}})");
  const auto config = read();
  EXPECT_EQ(config.model.dtype, "bf16");
  EXPECT_EQ(config.model.device, "cpu");
  EXPECT_EQ(config.adapter.type, "mola");
  EXPECT_EQ(settings(config), json::parse(R"({"allocation": [2, 4], "top_k": [1, 2], "rank": 4,
      "alpha": 8, "dropout": 0, "target_modules": ["q_proj"], "init": "gaussian"})"));
  EXPECT_EQ(config.adapter.init_from, "a");
  EXPECT_EQ(config.data.task, "mrpc");
  EXPECT_EQ(config.data.max_length, 512);
  EXPECT_FALSE(config.data.train_on_prompt || config.data.shuffle || config.data.group_by_length);
  EXPECT_TRUE(config.data.packing && config.train.gradient_checkpointing);
  EXPECT_EQ(config.data.topic, "t");
  EXPECT_EQ(config.data.limit, 7);
  EXPECT_EQ(config.data.validation, 0.25);
  EXPECT_EQ(config.data.on_bad_row, OnBadRow::kSkip);
  EXPECT_EQ(config.train.epochs, 2);
  EXPECT_EQ(config.train.max_steps, 9);
  EXPECT_EQ(config.train.batch_size, 6);
  EXPECT_EQ(config.train.micro_batch_size, 3);
  EXPECT_EQ(config.train.learning_rate, 1);
  EXPECT_EQ(config.train.weight_decay, 0.1);
  EXPECT_EQ(config.train.beta1, 0.5);
  EXPECT_EQ(config.train.beta2, 0.6);
  EXPECT_EQ(config.train.epsilon, 0.2);
  EXPECT_EQ(config.train.schedule, Schedule::kCosine);
  EXPECT_EQ(config.train.warmup_steps, 0);
  EXPECT_EQ(config.train.max_grad_norm, 0);
  EXPECT_EQ(config.train.balance_coefficient, 0);
  EXPECT_EQ(config.train.seed, 0);
  EXPECT_EQ(config.train.evaluate_every, 4);
  EXPECT_EQ(config.output.dir, "o");
  EXPECT_EQ(config.output.save_every, 1);
  EXPECT_EQ(config.output.keep, 2);
  EXPECT_EQ(config.output.log_every, 3);
}

TEST_F(RunConfigTest, ReadsTheOldNameOfAKeyWithAWarning) {
  json_["train"] = {{"recompute", true}};
  testing::internal::CaptureStderr();
  EXPECT_TRUE(read().train.gradient_checkpointing);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(
                "run.json: train.recompute: is now called gradient_checkpointing"),
            std::string::npos);
  EXPECT_EQ(message("/train/gradient_checkpointing", false),
            "train.recompute: is the old name of gradient_checkpointing, which is also set");
}

TEST_F(RunConfigTest, TakesNullAsNotGiven) {
  json_["train"] = {{"epochs", nullptr}, {"max_steps", nullptr}};
  json_["adapter"]["init_from"] = nullptr;
  EXPECT_EQ(read().train.epochs, 10);
  EXPECT_EQ(read().train.max_steps, std::nullopt);
  EXPECT_EQ(read().adapter.init_from, std::nullopt);
  EXPECT_EQ(message("/data/path", nullptr), "data.path: is missing");
  json_["train"] = nullptr;
  EXPECT_EQ(read().train.epochs, 10);
  EXPECT_EQ(message("/data", nullptr), "data.task: is missing");
}

TEST_F(RunConfigTest, WantsRowsToEvaluateOn) {
  EXPECT_EQ(message("/train", {{"evaluate_every", 5}}),
            "train.evaluate_every: found 5, but data.validation holds out no rows to evaluate on");
  EXPECT_EQ(message("/data/validation", 1),
            "data.validation: found 1, expected a number from 0 to below 1");
}

TEST_F(RunConfigTest, LetsEditorsFindItsSchema) {
  json_["$schema"] = "schema.json";
  EXPECT_NO_THROW(read());
  EXPECT_EQ(message("/$schema", 7), "$schema: found 7, expected a string");
}

TEST_F(RunConfigTest, KeepsMicroBatchesWithinTheBatch) {
  json_["train"] = {{"batch_size", 4}};
  EXPECT_EQ(read().train.micro_batch_size, 4);
}

TEST_F(RunConfigTest, NamesTheNearestOfAnUnknownKey) {
  EXPECT_EQ(message("/train/learning_rat", 1),
            "train.learning_rat: unknown key, found with the value 1 (nearest valid key: "
            "train.learning_rate)");
  EXPECT_EQ(message("/adapter/topk", 2),
            "adapter.topk: unknown key, found with the value 2 (nearest valid key: adapter.top_k)");
  EXPECT_EQ(message("/trian", json::object()),
            "trian: unknown key, found with the value {} (nearest valid key: train)");
}

TEST_F(RunConfigTest, ShowsWhereAFlatKeyBelongs) {
  json_["adapter.rank"] = 4;
  EXPECT_EQ(message("/train", json::object()),
            "adapter.rank: unknown key, expected \"adapter\": {\"rank\": 4}");
  json_.erase("adapter.rank");
  // Before the object is found to be incomplete.
  json_.erase("model");
  EXPECT_EQ(message("/model.path", "llama"),
            "model.path: unknown key, expected \"model\": {\"path\": \"llama\"}");
  json_["model"] = {{"path", "llama"}};
  EXPECT_EQ(message("/train", {{"train.epochs", 4}}),
            "train.train.epochs: unknown key, found with the value 4 (nearest valid key: "
            "train.epochs)");
}

TEST_F(RunConfigTest, ShortensWhatItQuotes) {
  const std::string quoted(199, 'x');
  EXPECT_EQ(message("/data/shuffle", std::string(1000, 'x')),
            "data.shuffle: found \"" + quoted + "..., expected true or false");
  EXPECT_EQ(message("/" + std::string(1000, 'y'), 1).substr(0, 218),
            std::string(200, 'y') + "...: unknown key, ");
  EXPECT_EQ(message("/model/path", std::string("a\0b", 3)),
            "model.path: found 'a\\x00b', expected no NUL character");
}

TEST_F(RunConfigTest, WantsWhatHasNoDefault) {
  for (const std::string key : {"model.path", "data.task", "data.path", "output.dir"}) {
    const std::string object = key.substr(0, key.find('.'));
    EXPECT_EQ(message("/" + object, json::object()),
              (object == "data" ? "data.task" : key) + ": is missing");
  }
}

TEST_F(RunConfigTest, RefusesWrongTypes) {
  EXPECT_EQ(message("/model/path", 7), "model.path: found 7, expected a string");
  EXPECT_EQ(message("/model/path", ""), "model.path: is empty");
  EXPECT_EQ(message("/data/shuffle", 1), "data.shuffle: found 1, expected true or false");
  EXPECT_EQ(message("/train", {{"epochs", 1.5}}),
            "train.epochs: found 1.5, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(message("/train", {{"epochs", "3"}}),
            "train.epochs: found \"3\", expected a whole number from 1 to 1000000000");
  EXPECT_EQ(message("/train", {{"beta1", "0.9"}}),
            "train.beta1: found \"0.9\", expected a number from 0 to below 1");
  EXPECT_EQ(message("/adapter/rank", "8"),
            "adapter.rank: found \"8\", expected a whole number or a list of them");
  EXPECT_EQ(message("/adapter/top_k", {1, 2.5}),
            "adapter.top_k: found [1,2.5], expected a whole number or a list of them");
  EXPECT_EQ(message("/adapter/allocation", 2468),
            "adapter.allocation: found 2468, expected a string, a list or an object");
  EXPECT_EQ(message("/adapter/target_modules", "q_proj"),
            "adapter.target_modules: found \"q_proj\", expected a list of strings");
  EXPECT_EQ(message("/train", json::array()), "train: found [], expected an object");
  EXPECT_EQ(message("", json::array()), "found [], expected an object");
}

TEST_F(RunConfigTest, RefusesValuesOutOfRange) {
  const auto of_train = [&](const std::string& key, const json& value) {
    return message("/train", {{key, value}});
  };
  EXPECT_EQ(of_train("epochs", 0),
            "train.epochs: found 0, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(of_train("seed", -1),
            "train.seed: found -1, expected a whole number from 0 to 9223372036854775807");
  EXPECT_EQ(of_train("seed", UINT64_MAX),
            "train.seed: found 18446744073709551615, expected a whole number from 0 to "
            "9223372036854775807");
  EXPECT_EQ(of_train("epochs", 1000000001),
            "train.epochs: found 1000000001, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(of_train("learning_rate", 0),
            "train.learning_rate: found 0, expected a number above 0");
  EXPECT_EQ(of_train("weight_decay", -0.5),
            "train.weight_decay: found -0.5, expected a number of at least 0");
  EXPECT_EQ(of_train("beta2", 1), "train.beta2: found 1, expected a number from 0 to below 1");
  EXPECT_EQ(of_train("epsilon", 0), "train.epsilon: found 0, expected a number above 0");
  EXPECT_EQ(message("/adapter/dropout", 1),
            "adapter.dropout: found 1, expected a number from 0 to below 1");
  EXPECT_EQ(message("/adapter/alpha", 0), "adapter.alpha: found 0, expected a number above 0");
  EXPECT_EQ(message("/data/max_length", 1),
            "data.max_length: found 1, expected a whole number from 2 to 1000000000");
  EXPECT_EQ(message("/data/limit", 0),
            "data.limit: found 0, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(message("/output/keep", 0),
            "output.keep: found 0, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(message("/train", {{"batch_size", 4}, {"micro_batch_size", 5}}),
            "train.micro_batch_size: found 5, expected at most train.batch_size, which is 4");
}

TEST_F(RunConfigTest, NamesTheNearestOfAnUnknownChoice) {
  EXPECT_EQ(message("/model/dtype", "b16"),
            "model.dtype: found 'b16', expected one of auto, f32, bf16 (nearest: bf16)");
  EXPECT_EQ(message("/train", {{"schedule", "cosin"}}),
            "train.schedule: found 'cosin', expected one of linear, constant, cosine (nearest: "
            "cosine)");
  EXPECT_EQ(message("/adapter/type", "Lora"),
            "adapter.type: found 'Lora', expected one of mola, lora, prompt_tuning, llama_adapter, "
            "full (nearest: lora)");
}

TEST_F(RunConfigTest, RefusesDoubleKeysAndBadSyntax) {
  const std::string file = folder_.write("a.json", R"({"model": {"path": "a", "path": "b"}})");
  EXPECT_EQ(message_of<Error>([&] { read_run_config(file); }),
            file + ": the key 'path' is duplicated");
  folder_.write("a.json", "{\"model\"}");
  EXPECT_EQ(message_of<Error>([&] { read_run_config(file); }).find(file + ": parse error"), 0u);
}

}  // namespace
}  // namespace mola
