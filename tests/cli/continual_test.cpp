#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/kill.h"
#include "support/text_model.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Problems of three topics, whose answers are the first option, the second, and either.
json problems() {
  static const std::vector<std::string> kTopics = {"stars", "plants", "coins"};
  json problems;
  for (int64_t i = 0; i < 36; ++i) {
    const int64_t topic = i % 3;
    problems[std::to_string(i)] = {{"question", "good one " + std::to_string(i)},
                                   {"choices", {"one", "two"}},
                                   {"answer", topic < 2 ? topic : i % 2},
                                   {"topic", kTopics[topic]}};
  }
  return problems;
}

json numbers(int64_t begin, int64_t end) {
  json texts;
  for (int64_t i = begin; i < end; ++i) texts.push_back(std::to_string(i));
  return texts;
}

class ContinualProgram : public testing::Test {
 protected:
  ContinualProgram() {
    write_text_model(folder_);
    folder_.write("scienceqa/problems.json", problems().dump());
    folder_.write("scienceqa/pid_splits.json",
                  json({{"train", numbers(0, 24)}, {"test", numbers(24, 36)}}).dump());
    plan_ = {
        {"model", {{"path", folder_.path()}, {"dtype", "f32"}, {"device", "cpu"}}},
        {"domains",
         {{{"name", "stars"}, {"data", {{"topic", "stars"}}}},
          {{"name", "plants"}, {"data", {{"topic", "plants"}}}},
          {{"name", "coins"}, {"data", {{"topic", "coins"}}}}}},
        {"adapters",
         {{{"name", "lora"}, {"adapter", {{"type", "lora"}, {"dropout", 0.1}}}},
          {{"name", "24"}, {"adapter", {{"allocation", "24"}, {"rank", 2}, {"init", "pissa"}}}},
          {{"name", "prompt"},
           {"adapter", {{"type", "prompt_tuning"}, {"num_virtual_tokens", 3}}}}}},
        {"data", {{"task", "scienceqa"}, {"path", folder_.path("scienceqa")}, {"max_length", 512}}},
        {"train", {{"epochs", 2}, {"batch_size", 2}, {"learning_rate", 1e-2}, {"warmup_steps", 1}}},
        {"evaluation", {{"protocol", "score"}}},
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

  ProcessResult continual(const std::string& output) { return run("continual", arguments(output)); }
  ProcessResult resume(const std::string& output) { return run("continual", resuming(output)); }

  json results(const std::string& output) const {
    return json::parse(folder_.read(output + "/results.json"));
  }

  // Kills the program once the file is there.
  void kill_at(const std::string& file, const std::string& output) {
    const Process process("continual", resuming(output));
    kill_when(process, [&] { return fs::exists(folder_.path(output + "/runs/" + file)); });
  }

  TempFolder folder_;
  json plan_;
};

TEST_F(ContinualProgram, ComesToTheSameWhenItIsStoppedAndContinued) {
  const auto whole = continual("whole");
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_EQ(whole.out, folder_.read("whole/results.md"));
  EXPECT_NE(whole.out.find("| adapter | OP | PD |"), std::string::npos) << whole.out;
  const auto adapters = results("whole").at("adapters");
  ASSERT_EQ(adapters.size(), 3u);
  for (const auto& adapter : adapters) {
    const auto& R = adapter.at("R");
    ASSERT_EQ(R.size(), 3u);
    for (const auto& row : R) EXPECT_EQ(row.size(), 3u);
    EXPECT_NEAR(adapter.at("overall_performance").get<double>(),
                (R[2][0].get<double>() + R[2][1].get<double>() + R[2][2].get<double>()) / 3, 1e-12);
    EXPECT_TRUE(adapter.at("performance_drop").is_number());
  }

  ASSERT_NO_FATAL_FAILURE(kill_at("lora/2-plants/checkpoint-3", "stopped"));
  ASSERT_NO_FATAL_FAILURE(kill_at("24/2-plants/adapter", "stopped"));
  const auto result = resume("stopped");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(folder_.read("stopped/results.json"), folder_.read("whole/results.json"));
  for (const std::string adapter : {"lora", "24", "prompt"}) {
    const std::string file = "/runs/" + adapter + "/3-coins/adapter/adapter_model.safetensors";
    EXPECT_EQ(folder_.read("stopped" + file), folder_.read("whole" + file)) << adapter;
  }
}

// The second domain starts from what the first made, and a second call makes nothing.
TEST_F(ContinualProgram, GoesOnFromTheDomainBefore) {
  plan_["domains"].erase(2);
  plan_["adapters"].erase(2);
  plan_["adapters"].erase(1);
  ASSERT_EQ(continual("out").exit_code, 0);
  const auto config = json::parse(folder_.read("out/runs/lora/2-plants/config.json"));
  EXPECT_EQ(config["adapter"]["init_from"], folder_.path("out/runs/lora/1-stars/adapter"));
  EXPECT_EQ(config["data"]["topic"], "plants");
  const auto before = fs::last_write_time(folder_.path("out/runs/lora/2-plants/result.json"));
  const auto again = resume("out");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.err.find("step"), std::string::npos) << again.err;
  EXPECT_EQ(fs::last_write_time(folder_.path("out/runs/lora/2-plants/result.json")), before);

  fs::remove_all(folder_.path("out/runs/lora/1-stars"));
  expect_error(resume("out"),
               {folder_.path("out/runs/lora/2-plants") + ": was started from the adapter of " +
                folder_.path("out/runs/lora/1-stars") + ", which is not there"});
}

TEST_F(ContinualProgram, EvaluatesAnewWhereThatIsDoneOtherwise) {
  plan_["adapters"].erase(2);
  plan_["adapters"].erase(1);
  plan_["domains"].erase(2);
  ASSERT_EQ(continual("out").exit_code, 0);
  plan_["evaluation"]["limit"] = 1;
  const auto result = resume("out");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("(evaluation.limit has changed); evaluating again"), std::string::npos);
  const auto rows = results("out")["adapters"][0]["R"];
  for (const auto& row : rows) {
    for (const double accuracy : row) EXPECT_TRUE(accuracy == 0 || accuracy == 1) << accuracy;
  }
}

TEST_F(ContinualProgram, GoesOnWithTheOtherAdaptersWhereOneFails) {
  plan_["domains"].erase(2);
  plan_["adapters"].erase(2);
  plan_["adapters"][0]["train"] = {{"learning_rate", 1e30}};
  const auto result = continual("out");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("1 of 2 adapters failed, the first of them lora on stars: "),
            std::string::npos)
      << result.err;
  const auto adapters = results("out").at("adapters");
  EXPECT_EQ(adapters[0]["R"], json::array());
  EXPECT_TRUE(adapters[0]["overall_performance"].is_null());
  EXPECT_EQ(adapters[1]["R"].size(), 2u);
  EXPECT_FALSE(fs::exists(folder_.path("out/runs/lora/2-plants")));
}

TEST_F(ContinualProgram, RefusesWhatItCannotDo) {
  const auto with = [&](const std::string& pointer, const json& value) {
    const json kept = plan_;
    plan_[json::json_pointer(pointer)] = value;
    const auto result = continual("out");
    plan_ = kept;
    return result;
  };
  expect_error(with("/domains/1/data/topic", "plant"),
               {"data.topic: found 'plant', expected one of the rows' topics: coins, plants, "
                "stars (nearest: plants)"});
  expect_error(with("/domains/1/data", {{"task", "instruction"}, {"path", "a"}}),
               {"data.task: instruction of the domain plants has no answers"});
  expect_error(with("/domains/1/data", {{"task", "tokens"}, {"path", "a"}}),
               {"data.task: tokens of the domain plants has no answers"});
  EXPECT_FALSE(fs::exists(folder_.path("out")));

  plan_["domains"].erase(2);
  ASSERT_EQ(continual("out").exit_code, 0);
  plan_["train"]["learning_rate"] = 0.5;
  expect_error(resume("out"), {"train.learning_rate: found 0.5, but the run"});
}

TEST_F(ContinualProgram, RefusesAFolderWithFilesUnlessItResumes) {
  folder_.write("out/notes.txt", "kept");
  expect_error(continual("out"),
               {"output.dir " + folder_.path("out"), "already holds files", "--resume"});
  EXPECT_EQ(names_in(folder_.path("out")), std::vector<std::string>{"notes.txt"});
}

TEST_F(ContinualProgram, ListsItsRuns) {
  auto list = arguments("out");
  list.push_back("--list");
  const auto result = run("continual", list);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out.find(folder_.path("out/runs/lora/1-stars") + "\n" +
                            folder_.path("out/runs/lora/2-plants") + "\n"),
            0u)
      << result.out;
  EXPECT_FALSE(fs::exists(folder_.path("out")));
}

}  // namespace
}  // namespace mola
