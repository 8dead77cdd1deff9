#include "mola/train/finetune.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "base/file_changes.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/model/device.h"
#include "support/fixture.h"
#include "support/test_files.h"
#include "support/token_rows.h"

namespace mola {
namespace {

// Twelve rows of tokens, three of them held out, with the model of reference/llama/gqa.
class FinetuneFunction : public testing::Test {
 protected:
  FinetuneFunction() {
    run_.model = {reference("llama/gqa"), "f32", "cpu"};
    run_.adapter["allocation"] = "24";
    run_.adapter["dropout"] = 0.1;
    run_.data.task = "tokens";
    run_.data.path = folder_.write("rows.jsonl", token_rows(12));
    run_.data.validation = 0.25;
    run_.train.max_steps = 9;
    run_.train.batch_size = 4;
    run_.train.micro_batch_size = 2;
    run_.train.warmup_steps = 1;
    run_.train.evaluate_every = 2;
    run_.output = {folder_.path("run"), /*save_every=*/4, /*keep=*/2, /*log_every=*/3};
    set_log_sink([this](LogLevel, const std::string& line) { log_ += line + "\n"; });
  }
  ~FinetuneFunction() override { set_log_sink({}); }

  RunConfig run_in(const std::string& name) const {
    auto run = run_;
    run.output.dir = folder_.path(name);
    return run;
  }

  // The adapter's tensors and the metrics, without the speed.
  std::string results(const std::string& name) const {
    std::string text = folder_.read(name + "/adapter/adapter_model.safetensors");
    std::istringstream lines(folder_.read(name + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      auto step = nlohmann::json::parse(line);
      for (const auto* key : {"tokens_per_second", "computed_tokens_per_second"}) step.erase(key);
      text += step.dump() + "\n";
    }
    return text;
  }

  // That the folder named in `message`, after `problem` of run/adapter, holds what a run trains.
  void expect_saved_elsewhere(const std::string& message, const std::string& problem) {
    const std::string begin =
        folder_.path("run/adapter") + problem + "; what was trained is saved in ";
    ASSERT_EQ(message.find(begin), 0u) << message;
    const auto place = message.substr(begin.size(), message.find(" instead") - begin.size());
    finetune(run_in("whole"));
    const std::string tensors = "/adapter_model.safetensors";
    EXPECT_EQ(folder_.read(place.substr(folder_.path().size() + 1) + tensors),
              folder_.read("whole/adapter" + tensors));
  }

  bool is_logged(const std::string& text) const { return log_.find(text) != std::string::npos; }

  TempFolder folder_;
  RunConfig run_;
  std::string log_;
};

TEST_F(FinetuneFunction, ReturnsTheAdapterAndLogsTheRun) {
  std::vector<int64_t> steps;
  FinetuneOptions options;
  options.on_step = [&](const Trainer::Step& step) {
    steps.push_back(step.number);
    return step.number < 9;  // false after the last step stops nothing
  };
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
  EXPECT_EQ(steps, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(names_in(folder_.path("run")),
            (std::vector<std::string>{"adapter", "best", "checkpoint-4", "checkpoint-8",
                                      "config.json", "metrics.jsonl"}));
  EXPECT_TRUE(is_logged("data     tokens: 9 sequences")) << log_;
  EXPECT_TRUE(is_logged("model    " + run_.model.path)) << log_;
  EXPECT_TRUE(is_logged("9 steps of 4 sequences")) << log_;
  EXPECT_TRUE(is_logged("adapter saved in " + folder_.path("run/adapter"))) << log_;
}

// Stopped before, at and after a step that is saved anyway.
TEST_F(FinetuneFunction, StopsWithACheckpointAndResumesToTheSameBits) {
  finetune(run_);
  for (const int64_t last : {3, 4, 7}) {
    const std::string name = "stopped" + std::to_string(last);
    FinetuneOptions options;
    options.on_step = [&](const Trainer::Step& step) { return step.number != last; };
    const auto checkpoint = folder_.path(name + "/checkpoint-" + std::to_string(last));
    EXPECT_EQ(finetune(run_in(name), options), checkpoint);
    EXPECT_TRUE(std::filesystem::exists(checkpoint + "/state.safetensors"));
    EXPECT_TRUE(is_logged("stopped: checkpoint saved in " + checkpoint)) << log_;
    EXPECT_FALSE(std::filesystem::exists(folder_.path(name + "/adapter")));

    options.resume = true;
    options.on_step = {};
    EXPECT_EQ(finetune(run_in(name), options), folder_.path(name + "/adapter"));
    EXPECT_TRUE(is_logged("resuming from " + checkpoint)) << log_;
    EXPECT_TRUE(results(name) == results("run")) << last;
  }
}

// Within steps: of the three of an epoch two have two micro-batches, and the last has one; and
// within the validation after each second step and the last, which has two.
TEST_F(FinetuneFunction, DiscardsTheStepInWhichItIsStoppedAndRepeatsTheValidation) {
  finetune(run_);
  for (const auto& [asked, whole_steps] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 0}, {2, 0}, {4, 1}, {5, 2}, {6, 2}, {7, 2}, {11, 4}, {14, 5}, {16, 6}, {25, 9}}) {
    const std::string name = "stopped" + std::to_string(asked);
    FinetuneOptions options;
    int64_t count = 0;
    options.should_stop = [&, last = asked] { return ++count == last; };
    const auto folder = finetune(run_in(name), options);
    const auto checkpoint = folder_.path(name + "/checkpoint-" + std::to_string(whole_steps));
    EXPECT_EQ(folder, whole_steps == 0 ? "" : checkpoint);
    EXPECT_EQ(is_logged("stopped before the first step"), true) << log_;

    options = {};
    options.resume = true;
    EXPECT_EQ(finetune(run_in(name), options), folder_.path(name + "/adapter"));
    EXPECT_TRUE(results(name) == results("run")) << asked;
  }
}

// The second process writes the line of step 2 and is stopped before its next checkpoint.
TEST_F(FinetuneFunction, LogsAStepOnceWhoseValidationWasStopped) {
  finetune(run_);
  for (const int64_t asked : {5, 4, 1000}) {
    FinetuneOptions options;
    int64_t count = 0;
    options.should_stop = [&] { return ++count == asked; };
    options.resume = true;
    finetune(run_in("stopped"), options);
    std::filesystem::remove_all(folder_.path("stopped/checkpoint-3"));
  }
  EXPECT_TRUE(results("stopped") == results("run"));
}

TEST_F(FinetuneFunction, ResumesOnlyWithTheRowsAndTheAdapterItStartedWith) {
  run_.adapter["allocation"] = folder_.write("allocation.json", "[2, 4]");
  FinetuneOptions options;
  options.on_step = [](const Trainer::Step& step) { return step.number != 2; };
  const auto checkpoint = finetune(run_, options);
  options = {};
  options.resume = true;
  const auto message = [&] { return message_of<Error>([&] { finetune(run_, options); }); };
  const auto rows = folder_.read("rows.jsonl");
  folder_.write("rows.jsonl", token_rows(13));
  EXPECT_EQ(
      message().find(checkpoint + ": the run started with other rows than those in data.path"), 0u)
      << message();
  folder_.write("rows.jsonl", rows);
  folder_.write("allocation.json", "[4, 2]");
  EXPECT_NE(message().find("allocation"), std::string::npos) << message();
  folder_.write("allocation.json", "[2, 4]");
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
}

// Its rope_theta changes, then the last bit of the last number of its weights.
TEST_F(FinetuneFunction, ResumesOnlyWithTheBaseModelItStartedWith) {
  std::filesystem::copy(run_.model.path, folder_.path("base"));
  run_.model.path = folder_.path("base");
  FinetuneOptions options;
  options.on_step = [](const Trainer::Step& step) { return step.number != 2; };
  const auto checkpoint = finetune(run_, options);
  options = {};
  options.resume = true;
  const std::vector<std::string> files = {"base/config.json", "base/model.safetensors"};
  for (const auto& file : files) {
    const auto bytes = folder_.read(file);
    auto changed = bytes;
    const auto place = file == files[0] ? bytes.find("10000.0") + 1 : bytes.size() - 4;
    changed.at(place) = static_cast<char>(changed.at(place) ^ 1);
    folder_.write(file, changed);
    const auto message = message_of<Error>([&] { finetune(run_, options); });
    EXPECT_EQ(message.find(checkpoint + ": the run started with another base model than that in " +
                           "model.path " + run_.model.path + " now"),
              0u)
        << message;
    folder_.write(file, bytes);
  }
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
}

// Versions before 0.2 saved no fingerprint of it.
TEST_F(FinetuneFunction, DoesNotCheckTheBaseModelOfACheckpointThatNamesNone) {
  std::filesystem::copy(run_.model.path, folder_.path("base"));
  run_.model.path = folder_.path("base");
  FinetuneOptions options;
  options.on_step = [](const Trainer::Step& step) { return step.number != 2; };
  finetune(run_, options);
  auto progress = nlohmann::json::parse(folder_.read("run/checkpoint-2/progress.json"));
  EXPECT_EQ(progress.erase("base_model"), 1u);
  folder_.write("run/checkpoint-2/progress.json", progress.dump());
  folder_.write("base/generation_config.json", "{}");
  options = {};
  options.resume = true;
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
}

TEST_F(FinetuneFunction, SavesAFinishedTrainingElsewhereIfItsPlaceTakesNone) {
  set_file_fault([place = folder_.path("run/adapter")](const FileChange& change) {
    return change.kind == FileChange::kRename && change.target == place ? EIO : 0;
  });
  const auto message = message_of<Error>([&] { finetune(run_); });
  set_file_fault({});
  expect_saved_elsewhere(message, ": cannot be moved into place: Input/output error");
}

TEST_F(FinetuneFunction, SavesAFinishedTrainingElsewhereIfItsPlaceIsTaken) {
  FinetuneOptions options;
  options.on_step = [&](const Trainer::Step& step) {
    if (step.number == 9) folder_.write("run/adapter/photo.jpg", "dear to someone");
    return true;
  };
  expect_saved_elsewhere(message_of<Error>([&] { finetune(run_, options); }),
                         ": contains photo.jpg, which would be lost; choose another folder");
  EXPECT_EQ(folder_.read("run/adapter/photo.jpg"), "dear to someone");
}

TEST_F(FinetuneFunction, StopsAtTheStepWhoseLossIsNoNumber) {
  run_.train.learning_rate = 1e30;
  run_.train.evaluate_every.reset();
  run_.data.validation = 0;
  run_.output.log_every = 1000;
  const auto message = message_of<Error>([&] { finetune(run_); });
  EXPECT_EQ(message.find("step 3: the loss or the gradient's norm is no longer finite"), 0u)
      << message;
}

// The weights after the last step are finite, what the model makes of them is not.
TEST_F(FinetuneFunction, KeepsNoResultWhoseValidationLossIsNotFinite) {
  run_.train.learning_rate = 1e30;
  run_.train.max_steps = 2;
  FinetuneOptions options;
  options.resume = true;
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_EQ(message_of<Error>([&] { finetune(run_, options); }),
              "step 2: the validation loss is not finite; a lower train.learning_rate may help");
    EXPECT_EQ(names_in(folder_.path("run")),
              (std::vector<std::string>{"config.json", "metrics.jsonl"}));
  }
}

TEST_F(FinetuneFunction, TakesSettingsOfACppProgramAsThoseOfAFile) {
  run_.adapter["alpha"] = 16;
  FinetuneOptions options;
  options.on_step = [](const Trainer::Step& step) { return step.number != 2; };
  finetune(run_, options);
  options = {};
  options.resume = true;
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
}

TEST_F(FinetuneFunction, ResumesARunWhoseFolderWasMovedMeanwhile) {
  finetune(run_);
  auto run = run_in("moved");
  FinetuneOptions options;
  options.on_step = [&](const Trainer::Step& step) {
    if (step.number == 2) std::filesystem::rename(folder_.path("moved"), folder_.path("away"));
    return step.number != 3;
  };
  EXPECT_EQ(finetune(run, options), folder_.path("moved/checkpoint-3"));
  EXPECT_TRUE(is_logged("output.dir " + folder_.path("moved") + ": found no config.json")) << log_;
  EXPECT_EQ(names_in(folder_.path("moved")),
            (std::vector<std::string>{"checkpoint-3", "config.json"}));
  options = {};
  options.resume = true;
  EXPECT_EQ(finetune(run, options), folder_.path("moved/adapter"));
  const std::string tensors = "/adapter/adapter_model.safetensors";
  EXPECT_EQ(folder_.read("moved" + tensors), folder_.read("run" + tensors));
}

TEST_F(FinetuneFunction, LeavesAFinishedRunAsItIs) {
  const auto adapter = finetune(run_);
  const auto before = std::filesystem::last_write_time(adapter);
  FinetuneOptions options;
  options.resume = true;
  EXPECT_EQ(finetune(run_, options), adapter);
  EXPECT_EQ(std::filesystem::last_write_time(adapter), before);
  EXPECT_TRUE(is_logged("is finished; nothing to resume")) << log_;
  EXPECT_NE(message_of<Error>([&] { finetune(run_); }).find("already holds files"),
            std::string::npos);
}

// Whose folder is empty, or has a file without its end.
TEST_F(FinetuneFunction, MakesADamagedResultAgainFromTheNewestCheckpoint) {
  finetune(run_);
  const auto whole = results("run");
  const auto tensors = folder_.path("run/adapter/adapter_model.safetensors");
  FinetuneOptions options;
  options.resume = true;
  std::filesystem::resize_file(tensors, 100);
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
  EXPECT_TRUE(is_logged(tensors + ": ")) << log_;
  EXPECT_TRUE(is_logged("the result of the run is damaged and is made again")) << log_;
  EXPECT_TRUE(is_logged("resuming from " + folder_.path("run/checkpoint-8"))) << log_;
  EXPECT_TRUE(results("run") == whole);

  std::filesystem::remove_all(folder_.path("run/adapter"));
  std::filesystem::create_directory(folder_.path("run/adapter"));
  EXPECT_EQ(finetune(run_, options), folder_.path("run/adapter"));
  EXPECT_TRUE(results("run") == whole);

  std::filesystem::remove(folder_.path("run/adapter/adapter_config.json"));
  for (const std::string name : {"4", "8"}) {
    std::filesystem::remove_all(folder_.path("run/checkpoint-" + name));
  }
  const auto message = message_of<Error>([&] { finetune(run_, options); });
  EXPECT_EQ(message, folder_.path("run/adapter/adapter_config.json") +
                         ": cannot be read: No such file or directory; the result of the run is "
                         "damaged, and there "
                         "is no checkpoint; remove " +
                         folder_.path("run/adapter") +
                         " and add --resume to train again from the first step");
}

TEST_F(FinetuneFunction, GivesTheSameBitsOnASharedBaseAndGivenData) {
  finetune(run_);
  FinetuneOptions options;
  options.base = load_pretrained(run_.model.path);
  const auto data = load_run_data(run_, nullptr, options.base->config);
  options.data = &data;
  options.log_summary = false;
  log_.clear();
  const auto before = options.base->embed_tokens.clone();
  for (const std::string name : {"first", "second"}) {
    auto run = run_in(name);
    run.model.path = reference("llama/gqa");
    finetune(run, options);
    EXPECT_TRUE(results(name) == results("run"));
  }
  EXPECT_TRUE(torch::equal(options.base->embed_tokens, before));
  EXPECT_FALSE(is_logged("model    ")) << log_;
}

TEST_F(FinetuneFunction, HandsWarningsOver) {
  run_.train.warmup_steps = 9;
  std::vector<std::string> warnings;
  FinetuneOptions options;
  options.on_warning = [&](const std::string& warning) { warnings.push_back(warning); };
  finetune(run_, options);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("train.warmup_steps is 9"), std::string::npos) << warnings[0];
  EXPECT_FALSE(is_logged(warnings[0]));
}

TEST_F(FinetuneFunction, RefusesAConfigThatNoFileCouldHold) {
  const auto refused = [&](const RunConfig& run) {
    const auto message = message_of<Error>([&] { finetune(run); });
    EXPECT_FALSE(std::filesystem::exists(run_.output.dir));
    return message;
  };
  auto run = run_;
  run.train.batch_size = 0;
  EXPECT_NE(refused(run).find("train.batch_size: found 0"), std::string::npos) << refused(run);
  run = run_;
  run.output.dir.clear();
  EXPECT_NE(refused(run).find("output.dir"), std::string::npos) << refused(run);
}

}  // namespace
}  // namespace mola
