#include <gtest/gtest.h>

#include "base/file_changes.h"
#include "base/folder_lock.h"
#include "faults/commands.h"
#include "support/fixture.h"
#include "support/process.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The experiment and the continual learning of two adapters on a tiny model.
class PlanFolders : public testing::TestWithParam<std::string> {
 protected:
  PlanFolders() { std::ifstream(workplace_.path(GetParam() + ".json")) >> plan_; }

  ProcessResult run_plan(bool resumes = false) {
    std::ofstream(workplace_.path("plan.json")) << plan_;
    std::vector<std::string> arguments = {workplace_.path("plan.json")};
    if (resumes) arguments.emplace_back("--resume");
    return run(GetParam(), arguments);
  }

  // Of a file in the folder of the plan.
  std::string write(const std::string& name, const std::string& text) const {
    return workplace_.folder().write("out/run/" + name, text);
  }
  std::string read(const std::string& name) const {
    return workplace_.folder().read("out/run/" + name);
  }

  const Workplace workplace_;
  json plan_;
};

TEST_P(PlanFolders, AreNotEnteredIfTheyAreNoPlans) {
  write("pictures/photo.svg", "dear to someone");
  expect_error(run_plan(/*resumes=*/true),
               {"output.dir " + workplace_.output(),
                "contains files and no plan.json, so it is no plan's folder"});
  EXPECT_EQ(names_in(workplace_.output()), std::vector<std::string>{"pictures"});
  EXPECT_EQ(read("pictures/photo.svg"), "dear to someone");
}

TEST_P(PlanFolders, KeepFilesOfOthers) {
  ASSERT_EQ(run_plan().exit_code, 0);
  write("pictures/photo.svg", "dear to someone");
  write("notes.txt", "and this");
  const auto result = run_plan(/*resumes=*/true);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read("pictures/photo.svg"), "dear to someone");
  EXPECT_EQ(read("notes.txt"), "and this");
}

TEST_P(PlanFolders, SayWhichRowsCannotBeRead) {
  const bool is_grid = GetParam() == "experiment";
  plan_[is_grid ? "tasks" : "domains"][0]["data"]["path"] = "nope";
  expect_error(run_plan(), {is_grid ? "task cola: nope" : "domain one: nope"});
}

TEST_P(PlanFolders, AreOfOnePlan) {
  ASSERT_EQ(run_plan().exit_code, 0);
  const auto results = read("results.json");
  plan_["adapters"].erase(1);
  expect_error(run_plan(/*resumes=*/true),
               {"output.dir " + workplace_.output(), "but the plan there has "});
  EXPECT_EQ(read("results.json"), results);
}

TEST_P(PlanFolders, AreLocked) {
  const FolderLock lock(workplace_.output());
  expect_error(run_plan(), {"output.dir " + workplace_.output() + ": is in use by process "});
}

// Before the first run, so that nothing is trained in vain.
TEST_P(PlanFolders, AreNotBegunWithAnAdapterThatDoesNotFit) {
  plan_["adapters"][1]["adapter"]["allocation"] = "24682468";
  expect_error(run_plan(), {"run " + workplace_.output(), "allocation '24682468': has 8 groups"});
  EXPECT_FALSE(fs::exists(workplace_.output()));
}

// The second adapter's result is there although the first has failed.
TEST_P(PlanFolders, HaveTheRunsThatDidNotFail) {
  plan_["adapters"][0]["train"] = {{"learning_rate", 1e30}};
  const auto result = run_plan();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find(" failed, the first of them "), std::string::npos) << result.err;
  const auto results = json::parse(read("results.json"));
  EXPECT_NE(results.dump().find("\"adapter\":\"2\""), std::string::npos) << results.dump();
}

TEST_P(PlanFolders, AreNotContinuedWithOtherRowsOrAnotherBaseModel) {
  ASSERT_EQ(run_plan().exit_code, 0);
  const auto results = read("results.json");
  const auto rows = workplace_.folder().read("cola/train.tsv");
  workplace_.folder().write("cola/train.tsv", rows + "x\t1\t\tit is new\n");
  const std::string begin = "output.dir " + workplace_.output() + ": the plan started with ";
  expect_error(run_plan(/*resumes=*/true),
               {begin + "other rows of ",
                " to train on than those in data.path " + workplace_.path("cola") + " now"});
  workplace_.folder().write("cola/train.tsv", rows);
  workplace_.folder().write("generation_config.json", R"({"eos_token_id": 2})");
  expect_error(run_plan(/*resumes=*/true),
               {begin + "another base model than that in model.path " + workplace_.path()});
  EXPECT_EQ(read("results.json"), results);
}

TEST_P(PlanFolders, HaveRunsThatAreEvaluatedAgainOnOtherTestRows) {
  ASSERT_EQ(run_plan().exit_code, 0);
  workplace_.folder().write("cola/dev.tsv", "x\t1\t\tit is new\nx\t0\t*\tnew is it\n");
  const auto result = run_plan(/*resumes=*/true);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.err.find("(evaluation.test_rows has changed); evaluating again"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(run_plan(/*resumes=*/true).err.find("evaluating again"), std::string::npos);
}

// Version 0.1 saved no fingerprints.
TEST_P(PlanFolders, AreContinuedIfTheyDoNotTellTheirRows) {
  ASSERT_EQ(run_plan().exit_code, 0);
  auto plan = json::parse(read("plan.json"));
  EXPECT_EQ(plan.erase("base_model") + plan.erase("rows"), 2u);
  write("plan.json", plan.dump());
  for (const auto& entry : fs::recursive_directory_iterator(workplace_.output())) {
    if (entry.path().filename() != "result.json") continue;
    auto result = read_json(entry.path());
    EXPECT_EQ(result["evaluation"].erase("test_rows"), 1u);
    std::ofstream(entry.path()) << result;
  }
  workplace_.folder().write("generation_config.json", "{}");
  const auto result = run_plan(/*resumes=*/true);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err.find("evaluating again"), std::string::npos) << result.err;
}

INSTANTIATE_TEST_SUITE_P(Commands, PlanFolders, testing::Values("experiment", "continual"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace mola
