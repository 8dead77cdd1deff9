#include <gtest/gtest.h>

#include "io/run_folder.h"
#include "support/finetune_run.h"
#include "support/kill.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Runs with dropout, three of the twelve rows held out, and steps that are logged, evaluated and
// saved at different times.
class Resume : public FinetuneRun {
 protected:
  Resume() {
    config_["data"]["validation"] = 0.25;
    config_["train"]["max_steps"] = 200;
    config_["train"]["evaluate_every"] = 15;
    config_["output"] = {{"dir", output()}, {"log_every", 7}, {"save_every", 40}, {"keep", 2}};
  }

  std::vector<std::string> resuming(const std::string& run) {
    auto all = arguments({"output.dir=" + folder_.path(run)});
    all.emplace_back("--resume");
    return all;
  }

  ProcessResult resume(const std::string& run_name) { return run("finetune", resuming(run_name)); }

  // The step of the newest checkpoint, 0 without one.
  int64_t saved_step(const std::string& run) {
    const auto folder = folder_.path(run);
    const auto newest = fs::is_directory(folder) ? newest_checkpoint(folder) : "";
    return newest.empty() ? 0 : std::stoll(newest.substr(newest.rfind('-') + 1));
  }

  // Starts the run, or goes on with it, and kills it once it has saved this step or a later one.
  void kill_after(int64_t step, const std::string& run) {
    const Process process("finetune", resuming(run));
    kill_when(process, [&] { return saved_step(run) >= step; });
  }

  // The files below a run's folder with their bytes. Of metrics, without the speed; config.json
  // names the folder.
  std::map<std::string, std::string> contents(const std::string& run) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path(run))) {
      const auto name = fs::relative(entry.path(), folder_.path(run)).string();
      if (entry.is_directory() || name == "config.json") continue;
      files[name] = folder_.read(run + "/" + name);
    }
    auto& text = files["metrics.jsonl"];
    text.clear();
    for (auto line : metrics(run)) {
      for (const auto* key : {"tokens_per_second", "computed_tokens_per_second"}) line.erase(key);
      text += line.dump() + "\n";
    }
    return files;
  }

  static std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
  }

  // Runs to the end, and again with two kills; `trained` is the folder that the end adds.
  void expect_the_same_bytes(const std::string& trained) {
    const auto whole = finetune();
    ASSERT_EQ(whole.exit_code, 0) << whole.err;
    ASSERT_NO_FATAL_FAILURE(kill_after(40, "stopped"));
    folder_.write("stopped/checkpoint-999.tmp-a1b2c3/adapter_config.json", "{");
    ASSERT_NO_FATAL_FAILURE(kill_after(120, "stopped"));
    const auto result = resume("stopped");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.err.find("resuming from " + folder_.path("stopped/checkpoint-1")),
              std::string::npos)
        << result.err;

    const auto expected = contents("run");
    const auto found = contents("stopped");
    for (const auto& [name, bytes] : expected) {
      ASSERT_EQ(found.count(name), 1u) << name;
      EXPECT_TRUE(found.at(name) == bytes) << name;
    }
    EXPECT_EQ(found.size(), expected.size());
    EXPECT_EQ(names_in(folder_.path("stopped")),
              sorted({trained, "best", "checkpoint-120", "checkpoint-160", "config.json",
                      "metrics.jsonl"}));

    const auto again = resume("stopped");
    EXPECT_EQ(again.exit_code, 0);
    EXPECT_NE(again.err.find("is finished; nothing to resume"), std::string::npos) << again.err;
  }
};

TEST_F(Resume, EndsWithTheBytesOfTheRunThatWasNotStopped) { expect_the_same_bytes("adapter"); }

TEST_F(Resume, KeepsTheResidualOfPissa) {
  config_["adapter"]["init"] = "pissa";
  expect_the_same_bytes("adapter");
}

TEST_F(Resume, KeepsTheMastersOfAllWeights) {
  config_["adapter"] = {{"type", "full"}};
  config_["model"]["dtype"] = "bf16";
  expect_the_same_bytes("model");
}

TEST_F(Resume, GoesOnWithAllWeightsInFp32) {
  config_["adapter"] = {{"type", "full"}};
  expect_the_same_bytes("model");
}

TEST_F(Resume, KeepsTheAdapterOfTheLowestValidationLoss) {
  config_["train"]["max_steps"] = 6;
  config_["train"]["evaluate_every"] = nullptr;  // 9 rows in steps of 4: 3 steps an epoch
  ASSERT_EQ(finetune({"output.log_every=2", "output.save_every=3"}).exit_code, 0);
  std::map<int64_t, double> losses;
  for (const auto& step : metrics()) {
    if (step.contains("validation_loss")) losses[step["step"]] = step["validation_loss"];
  }
  ASSERT_EQ(losses.size(), 2u);
  const std::string best = losses.at(6) < losses.at(3) ? "adapter" : "checkpoint-3";
  for (const std::string file : {"/adapter_model.safetensors", "/adapter_config.json"}) {
    EXPECT_EQ(folder_.read("run/best" + file), folder_.read("run/" + best + file)) << file;
  }
}

TEST_F(Resume, StartsAfreshWhereThereIsNothing) {
  config_["train"]["max_steps"] = 20;
  const auto result = resume("run");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("no run in " + output() + " to resume; starting a new one"),
            std::string::npos)
      << result.err;

  // Killed before its first checkpoint.
  fs::remove_all(folder_.path("run/adapter"));
  const auto expected = folder_.read("run/best/adapter_model.safetensors");
  const auto second = resume("run");
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_NE(second.err.find("no checkpoint in " + output()), std::string::npos) << second.err;
  EXPECT_EQ(metrics().size(), 4u);  // steps 7, 14, 15 and 20
  EXPECT_EQ(folder_.read("run/best/adapter_model.safetensors"), expected);
}

TEST_F(Resume, RefusesAnotherRunAndWhatIsNone) {
  config_["train"]["max_steps"] = 2;
  ASSERT_EQ(finetune().exit_code, 0);
  config_["train"]["learning_rate"] = 0.5;
  config_["output"]["log_every"] = 1;  // which is free
  expect_error(resume("run"),
               {"train.learning_rate: found 0.5, but the run in " + output() + " has 0.0003"});
  folder_.write("other/notes.txt", "kept");
  expect_error(resume("other"), {"output.dir " + folder_.path("other"), "no config.json"});
  EXPECT_EQ(folder_.read("other/notes.txt"), "kept");
}

TEST_F(Resume, RefusesADamagedCheckpoint) {
  config_["train"]["max_steps"] = 60;
  ASSERT_EQ(finetune().exit_code, 0);
  fs::remove_all(folder_.path("run/adapter"));
  const auto state = folder_.path("run/checkpoint-40/state.safetensors");
  fs::resize_file(state, fs::file_size(state) - 8);
  expect_error(resume("run"), {state, "outside the file's data"});
  fs::remove(state);
  expect_error(resume("run"), {state, "No such file"});

  config_["train"]["max_steps"] = 100;
  config_["output"]["dir"] = folder_.path("two");
  ASSERT_EQ(finetune().exit_code, 0);
  fs::remove_all(folder_.path("two/adapter"));
  const auto newest = folder_.path("two/checkpoint-80");
  fs::remove(newest + "/progress.json");
  expect_error(resume("two"),
               {newest + "/progress.json: ",
                "; to resume from " + folder_.path("two/checkpoint-40") + ", remove " + newest});
  fs::remove_all(newest);
  EXPECT_EQ(resume("two").exit_code, 0);
}

// The config that a run saves has every key, and is one to run.
TEST_F(Resume, SavesAConfigThatRunsAgain) {
  config_["train"]["max_steps"] = 2;
  ASSERT_EQ(finetune().exit_code, 0);
  const auto saved = json::parse(folder_.read("run/config.json"));
  EXPECT_EQ(saved["adapter"]["allocation"], "24");
  EXPECT_EQ(saved["train"]["batch_size"], 4);
  EXPECT_EQ(saved["train"]["weight_decay"], 0);
  const auto again = run("finetune", {folder_.path("run/config.json"), "--set",
                                      "output.dir=" + folder_.path("again")});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(contents("run"), contents("again"));
}

}  // namespace
}  // namespace mola
