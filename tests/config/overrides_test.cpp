#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"
#include "support/test_files.h"

namespace mola {
namespace {

// What `--set` puts over a file.
class Overrides : public testing::Test {
 protected:
  RunConfig read(const std::vector<std::string>& overrides) {
    return read_run_config(folder_.write("run.json", R"({
        "model": {"path": "llama"}, "adapter": {"allocation": "2468"},
        "data": {"task": "cola", "path": "CoLA"}, "train": {"epochs": 3, "max_steps": 5},
        "output": {"dir": "runs/a"}})"),
                           overrides);
  }

  std::string message(const std::string& override) {
    return message_of<Error>([&] { read({override}); });
  }

  TempFolder folder_;
};

TEST_F(Overrides, TakeTextAsItIsForStrings) {
  const auto config = read({"model.path=true", "adapter.allocation=8642", "data.task=\"cola\"",
                            "output.dir=runs/a=b", "adapter.init_from=null"});
  EXPECT_EQ(config.model.path, "true");
  EXPECT_EQ(config.adapter.settings.at("allocation").json(), "\"8642\"");
  EXPECT_EQ(config.data.task, "\"cola\"");
  EXPECT_EQ(config.output.dir, "runs/a=b");
  EXPECT_EQ(config.adapter.init_from, "null");
  EXPECT_EQ(read({"adapter.allocation=[2, 4]"}).adapter.settings.at("allocation").json(), "[2,4]");
}

TEST_F(Overrides, AreUtf8) {
  EXPECT_EQ(message("data.path=a\xFF"),
            "--set data.path=a\xFF: found invalid UTF-8 at byte 12, expected UTF-8 text");
}

TEST_F(Overrides, TakeJsonForTheRest) {
  const auto config =
      read({"train.epochs=2", "train.max_steps=null", "train.learning_rate=1e-3",
            "data.shuffle=false", "adapter.top_k=[1,2]", "adapter.target_modules=[\"q_proj\"]"});
  EXPECT_EQ(config.train.epochs, 2);
  EXPECT_EQ(config.train.max_steps, std::nullopt);
  EXPECT_EQ(config.train.learning_rate, 1e-3);
  EXPECT_FALSE(config.data.shuffle);
  EXPECT_EQ(config.adapter.settings.at("top_k").json(), "[1,2]");
  EXPECT_EQ(config.adapter.settings.at("target_modules").json(), "[\"q_proj\"]");
  EXPECT_EQ(read({"train.epochs=2", "train.epochs=4"}).train.epochs, 4);  // the last counts
}

TEST_F(Overrides, TakeNullAsNotGiven) {
  EXPECT_EQ(read({"train.batch_size=4", "train.micro_batch_size=null"}).train.micro_batch_size, 4);
  const auto adapter = read({"adapter.rank=4", "adapter.dropout=null"}).adapter;
  EXPECT_EQ(adapter.settings.count("rank"), 1u);
  EXPECT_EQ(adapter.settings.count("dropout"), 0u);
  EXPECT_FALSE(read({"train.recompute=null"}).train.gradient_checkpointing);
}

TEST_F(Overrides, AreNamedInErrors) {
  EXPECT_EQ(
      message("train.epoch=2"),
      "--set train.epoch: unknown key, found with the value 2 (nearest valid key: train.epochs)");
  EXPECT_EQ(message("epochs=2")
                .find("--set epochs: unknown key, found with the value 2 (nearest valid key: "),
            0u);
  EXPECT_EQ(message("train.epochs=0"),
            "--set train.epochs: found 0, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(message("train.epochs=two").find("--set train.epochs: parse error"), 0u);
  EXPECT_EQ(message("model.dtype=f16"),
            "--set model.dtype: found 'f16', expected one of auto, f32, bf16 (nearest: bf16)");
  EXPECT_EQ(message("model.path="), "--set model.path: is empty");
  EXPECT_EQ(message("train={\"epochs\": 1}"),
            "--set train: is an object, expected one of its keys, such as train.KEY=VALUE");
  for (const std::string text : {"train.epochs", "=3", ""}) {
    EXPECT_EQ(message(text), "--set " + text + ": expected key=value, such as train.epochs=3");
  }
}

}  // namespace
}  // namespace mola
