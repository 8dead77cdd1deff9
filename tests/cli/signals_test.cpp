#include <gtest/gtest.h>

#include <csignal>

#include "support/finetune_run.h"
#include "support/kill.h"
#include "support/text_model.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

// Two thousand steps take some seconds, of which the test waits for a few.
class Signals : public FinetuneRun {
 protected:
  Signals() {
    config_["train"]["max_steps"] = 2000;
    config_["output"]["save_every"] = 100000;
  }

  std::vector<std::string> resuming() {
    auto all = arguments();
    all.emplace_back("--resume");
    return all;
  }

  // Bytes of the steps that are logged.
  uintmax_t logged() const {
    std::error_code error;
    const auto size = fs::file_size(output() + "/metrics.jsonl", error);
    return error ? 0 : size;
  }

  // Starts the run, sends `signal` once it has logged some steps more, and returns how it ended.
  ProcessResult stop_with(int signal) {
    const auto before = logged();
    const Process process("finetune", resuming());
    wait_until([&] { return logged() > before + 1000; });
    process.send(signal);
    return process.wait();
  }
};

TEST_F(Signals, SaveTheLastWholeStepAndLoseNone) {
  std::string last;
  for (const auto& [signal, code, name] :
       std::vector<std::tuple<int, int, std::string>>{{SIGTERM, 143, "SIGTERM"},
                                                      {SIGINT, 130, "SIGINT"},
                                                      {SIGHUP, 129, "SIGHUP"},
                                                      {SIGUSR1, 138, "SIGUSR1"}}) {
    const auto result = stop_with(signal);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_NE(result.err.find("stopped by " + name + "; add --resume to continue"),
              std::string::npos)
        << result.err;
    EXPECT_EQ(result.err.find(" error "), std::string::npos) << result.err;
    const auto saved = "checkpoint-" + std::to_string(metrics().back().at("step").get<int64_t>());
    EXPECT_TRUE(fs::exists(output() + "/" + saved)) << saved;
    EXPECT_NE(saved, last);
    last = saved;
  }
}

// As a run that was not stopped; with dropout, whose random numbers belong to the state.
TEST_F(Signals, ChangeNoByteOfTheResult) {
  config_["train"]["max_steps"] = 400;
  ASSERT_EQ(finetune({"output.dir=" + folder_.path("whole")}).exit_code, 0);
  const auto result = stop_with(SIGTERM);
  ASSERT_EQ(result.exit_code, 143) << result.err;
  ASSERT_EQ(run("finetune", resuming()).exit_code, 0);
  const std::string tensors = "/adapter/adapter_model.safetensors";
  EXPECT_EQ(folder_.read("whole" + tensors), folder_.read("run" + tensors));
  EXPECT_EQ(metrics("whole").size(), metrics().size());
}

// `timeout` sends a signal to the process and to its group.
TEST_F(Signals, CountAsOneIfTheyComeTogether) {
  const Process process("finetune", resuming());
  wait_until([&] { return logged() > 1000; });
  for (int i = 0; i < 10; ++i) process.send(SIGTERM);
  const auto result = process.wait();
  EXPECT_EQ(result.exit_code, 128 + SIGTERM);
  EXPECT_NE(result.err.find("stopped by SIGTERM"), std::string::npos) << result.err;
}

// Three hundred rows of which each takes some milliseconds.
TEST(EvaluateSignals, KeepWhatIsDoneAndContinue) {
  const TempFolder folder;
  write_text_model(folder);
  std::string rows;
  for (int i = 0; i < 300; ++i) {
    rows += "x\t" + std::to_string(i % 2) + "\t\tone " + std::to_string(i) + " is good\n";
  }
  folder.write("cola/dev.tsv", rows);
  const auto arguments = [&](const std::string& json, bool resumes) {
    std::vector<std::string> all = {"--model", folder.path(),       "--dtype",      "f32",
                                    "--data",  folder.path("cola"), "--task",       "cola",
                                    "--json",  folder.path(json),   "--batch-size", "1"};
    if (resumes) all.emplace_back("--resume");
    return all;
  };
  ASSERT_EQ(run("evaluate", arguments("whole.json", false)).exit_code, 0);
  const Process process("evaluate", arguments("part.json", false));
  const std::string partial = folder.path("part.json.partial");
  wait_until([&] { return fs::exists(partial) && fs::file_size(partial) > 5000; });
  process.send(SIGINT);
  const auto stopped = process.wait();
  ASSERT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("stopped by SIGINT after "), std::string::npos) << stopped.err;
  EXPECT_NE(stopped.err.find("they are in " + partial), std::string::npos) << stopped.err;
  expect_error(run("evaluate", arguments("part.json", false)),
               {partial + ": holds an interrupted evaluation; continue it with --resume"});

  const auto resumed = run("evaluate", arguments("part.json", true));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_NE(resumed.err.find(" rows are done"), std::string::npos) << resumed.err;
  // Of all rows, not of those that were left. The model is random.
  EXPECT_NE(resumed.err.find(" warning cola: 300 of 300 responses (100 %)"), std::string::npos)
      << resumed.err;
  EXPECT_EQ(folder.read("part.json"), folder.read("whole.json"));
  EXPECT_FALSE(fs::exists(partial));
}

// Whether a handler of the process takes the signal.
bool takes(const Process& process, int signal) {
  std::ifstream status("/proc/" + std::to_string(process.id()) + "/status");
  for (std::string key, value; status >> key; std::getline(status, value)) {
    if (key != "SigCgt:") continue;
    status >> value;
    return (std::stoull(value, nullptr, 16) >> (signal - 1) & 1U) != 0;
  }
  return false;
}

// It would take hours.
TEST(EvaluateSignals, EndALongGenerationWithinAToken) {
  const TempFolder folder;
  write_text_model(folder);
  folder.write("cola/dev.tsv", "x\t1\t\tone is good\n");
  const Process process("evaluate",
                        {"--model", folder.path(), "--data", folder.path("cola"), "--task", "cola",
                         "--json", folder.path("a.json"), "--max-new-tokens", "10000000"});
  wait_until([&] { return takes(process, SIGTERM); });
  process.send(SIGTERM);
  const auto result = process.wait();
  EXPECT_EQ(result.exit_code, 143);
  EXPECT_NE(result.err.find("stopped by SIGTERM before the first row is done"), std::string::npos)
      << result.err;
  EXPECT_FALSE(fs::exists(folder.path("a.json.partial")));
}

TEST(EvaluateSignals, LeaveNoFileWithoutARow) {
  const TempFolder folder;
  write_text_model(folder);
  folder.write("cola/dev.tsv", "x\t1\t\tone is good\n");
  std::vector<std::string> arguments = {
      "--model", folder.path(),         "--data",    folder.path("cola"), "--task", "cola",
      "--json",  folder.path("a.json"), "--adapter", folder.path("none")};
  expect_error(run("evaluate", arguments), {"none"});
  EXPECT_FALSE(fs::exists(folder.path("a.json.partial")));
}

// Each result is there once it is shown, in the order of the prompts.
TEST(GenerateSignals, LeaveTheFinishedTexts) {
  const TempFolder folder;
  write_text_model(folder);
  std::string prompts;
  for (int i = 0; i < 400; ++i) prompts += "it is " + std::to_string(i) + "\n";
  const Process process("generate",
                        {"--model", folder.path(), "--dtype", "f32", "--prompt-file",
                         folder.write("prompts.txt", prompts), "--json", folder.path("out.jsonl"),
                         "--max-new-tokens", "40", "--batch-size", "1"});
  const std::string partial = folder.path("out.jsonl.partial");
  wait_until([&] { return fs::exists(partial) && fs::file_size(partial) > 1000; });
  process.send(SIGTERM);
  EXPECT_EQ(process.wait().exit_code, 143);
  std::istringstream lines(folder.read("out.jsonl.partial"));
  int64_t number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    EXPECT_EQ(nlohmann::json::parse(line).at("prompt"), "it is " + std::to_string(number));
  }
  EXPECT_GT(number, 5);
}

}  // namespace
}  // namespace mola
