#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/fixture.h"
#include "support/kill.h"
#include "support/text_model.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Rows of CoLA, every third of them wrong.
std::string cola_rows(int64_t count) {
  static const std::vector<std::string> kWords = {"one", "two", "good", "bad"};
  std::string rows;
  for (int64_t i = 0; i < count; ++i) {
    const auto& word = kWords[i % 4];
    rows += i % 3 == 0 ? "x\t0\t*\tis " + word + " it\n" : "x\t1\t\tit is " + word + "\n";
  }
  return rows;
}

std::string pattern_rows(int64_t count) {
  std::string rows;
  for (int64_t i = 0; i < count; ++i) {
    rows += json({{"input_ids", {1, 3 + i % 7, 4, 5 + i % 3, 9}}}).dump() + "\n";
  }
  return rows;
}

class ExperimentProgram : public testing::Test {
 protected:
  ExperimentProgram() {
    write_text_model(folder_);
    folder_.write("cola/train.tsv", cola_rows(24));
    folder_.write("cola/dev.tsv", cola_rows(6));
    folder_.write("tokens/train.jsonl", pattern_rows(24));
    folder_.write("tokens/test.jsonl", pattern_rows(6));
    plan_ = {
        {"model", {{"path", folder_.path()}, {"dtype", "f32"}, {"device", "cpu"}}},
        {"tasks",
         {{{"name", "cola"}, {"data", {{"task", "cola"}, {"path", folder_.path("cola")}}}},
          {{"name", "ids"}, {"data", {{"task", "tokens"}, {"path", folder_.path("tokens")}}}}}},
        {"adapters",
         {{{"name", "lora"}, {"adapter", {{"type", "lora"}}}},
          {{"name", "24"}, {"adapter", {{"allocation", "24"}, {"rank", 2}, {"init", "pissa"}}}},
          {{"name", "prompt"}, {"adapter", {{"type", "prompt_tuning"}, {"num_virtual_tokens", 3}}}},
          {{"name", "full"}, {"adapter", {{"type", "full"}}}}}},
        {"epochs", {1, 2}},
        {"seeds", {1, 2}},
        {"train", {{"batch_size", 4}, {"learning_rate", 1e-2}, {"warmup_steps", 1}}},
        {"evaluation", {{"protocol", "score"}, {"limit", 5}}},
        {"output", {{"save_every", 3}}}};
  }

  std::vector<std::string> arguments(const std::string& output) {
    return {folder_.write("plan.json", plan_.dump()), "--set",
            "output.dir=" + folder_.path(output)};
  }

  std::vector<std::string> resuming(const std::string& output) {
    auto all = arguments(output);
    all.emplace_back("--resume");
    return all;
  }

  // Folders come and go meanwhile: a look that misses one ends early, and the next sees more.
  size_t finished(const std::string& output) const {
    size_t count = 0;
    std::error_code ignored;
    fs::recursive_directory_iterator at(folder_.path(output), ignored);
    for (; at != fs::recursive_directory_iterator(); at.increment(ignored)) {
      count += at->path().filename() == "result.json" ? 1 : 0;
    }
    return count;
  }

  // Kills the experiment once it has finished so many runs.
  void kill_after(size_t runs, const std::string& output) {
    const Process process("experiment", resuming(output));
    kill_when(process, [&] { return finished(output) >= runs; });
  }

  TempFolder folder_;
  json plan_;
};

TEST_F(ExperimentProgram, ComesToTheSameWhenItIsStoppedAndContinued) {
  const auto whole = run("experiment", arguments("whole"));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_NE(whole.out.find("| adapter | trainable | cola | ids |"), std::string::npos) << whole.out;
  EXPECT_EQ(whole.out, folder_.read("whole/results.md"));
  const auto results = json::parse(folder_.read("whole/results.json"));
  EXPECT_EQ(results["runs"].size(), 32u);
  EXPECT_EQ(results["cells"].size(), 8u);
  EXPECT_EQ(results["cells"][0]["score"], "accuracy");
  EXPECT_EQ(results["cells"][4]["score"], "loss");

  ASSERT_NO_FATAL_FAILURE(kill_after(5, "stopped"));
  ASSERT_NO_FATAL_FAILURE(kill_after(18, "stopped"));
  const auto result = run("experiment", resuming("stopped"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(folder_.read("stopped/results.json"), folder_.read("whole/results.json"));
}

TEST_F(ExperimentProgram, TunesOnInstructionsFirst) {
  plan_["tasks"].erase(1);
  plan_["adapters"].erase(3);
  plan_["epochs"] = {1};
  plan_["instruction"] = {
      {"data", {{"task", "instruction"}, {"path", folder_.write("alpaca.json", R"([
        {"instruction": "good", "input": "", "output": "one"},
        {"instruction": "bad", "input": "it", "output": "two"}])")}}},
      {"train", {{"epochs", 2}}}};
  plan_["output"]["keep_adapters"] = false;
  const auto result = run("experiment", arguments("out"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(folder_.path("out/instruction/24/seed-2/adapter")));
  EXPECT_FALSE(fs::exists(folder_.path("out/runs/cola/24/epochs-1/seed-2/adapter")));
  EXPECT_TRUE(fs::exists(folder_.path("out/runs/cola/24/epochs-1/seed-2/metrics.jsonl")));
  EXPECT_EQ(json::parse(folder_.read("out/results.json"))["runs"].size(), 6u);
}

TEST_F(ExperimentProgram, RefusesTheFolderOfAnotherPlan) {
  plan_["tasks"].erase(1);
  const auto file = folder_.write("allocation.json", "[2, 4]");
  plan_["adapters"] =
      json::array({{{"name", "file"}, {"adapter", {{"allocation", file}, {"rank", 2}}}}});
  plan_["epochs"] = {1};
  plan_["seeds"] = {1};
  auto all = arguments("out");
  all.insert(all.end(), {"--json", "-"});
  const auto result = run("experiment", all);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out), json::parse(folder_.read("out/results.json")));
  folder_.write("allocation.json", "[4, 2]");
  expect_error(run("experiment", resuming("out")), {"adapter.allocation: the file has changed"});
  plan_["train"]["learning_rate"] = 0.5;
  expect_error(run("experiment", arguments("out")),
               {"output.dir " + folder_.path("out"), "already holds files", "--resume"});
  expect_error(run("experiment", resuming("out")), {"train.learning_rate: found 0.5, but the run"});
}

}  // namespace
}  // namespace mola
