// --json FILE, and --json - for standard output.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file_lock.h"
#include "support/finetune_run.h"
#include "support/text_model.h"

namespace mola {
namespace {

using nlohmann::json;

class JsonOutput : public FinetuneRun {
 protected:
  JsonOutput() {
    write_text_model(folder_);
    folder_.write("cola/dev.tsv", "x\t1\t\tone is good\nx\t0\t*\tgood one is\n");
  }

  // The result that the command writes to a file; alone on standard output it is the same.
  std::string json_of(const std::string& command, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", folder_.path("result.json")});
    const auto to_file = run(command, arguments);
    EXPECT_EQ(to_file.exit_code, 0) << to_file.err;
    EXPECT_FALSE(to_file.out.empty());
    EXPECT_NE(to_file.out[0], '{');  // it is for people
    arguments.back() = "-";
    const auto alone = run(command, arguments);
    EXPECT_EQ(alone.exit_code, 0) << alone.err;
    EXPECT_EQ(alone.out, folder_.read("result.json"));
    return alone.out;
  }

  const std::vector<std::string> rows_ = {"--task", "cola", "--data", folder_.path("cola")};
  const std::vector<std::string> model_ = {"--model", folder_.path(), "--dtype", "f32"};
};

TEST_F(JsonOutput, OfEvaluate) {
  auto arguments = model_;
  arguments.insert(arguments.end(), rows_.begin(), rows_.end());
  arguments.insert(arguments.end(), {"--protocol", "score"});
  EXPECT_EQ(json::parse(json_of("evaluate", arguments)).at("rows"), 2);
}

TEST_F(JsonOutput, OfGenerateHasALineForEachPrompt) {
  auto arguments = model_;
  arguments.insert(arguments.end(),
                   {"--max-new-tokens", "4", "--prompt", "a bc", "--prompt", "abc"});
  std::istringstream lines(json_of("generate", arguments));
  for (const std::string prompt : {"a bc", "abc"}) {
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const auto generated = json::parse(line);
    EXPECT_EQ(generated.at("prompt"), prompt);
    EXPECT_TRUE(generated.at("text").is_string());
    EXPECT_EQ(generated.at("tokens"), 4);
    EXPECT_EQ(generated.at("ending"), "length");
  }
}

TEST_F(JsonOutput, OfPreview) {
  auto arguments = rows_;
  arguments.insert(arguments.end(), {"--split", "test", "--index", "1"});
  const auto example = json::parse(json_of("preview", arguments));
  EXPECT_EQ(example.at("response"), "Answer: unacceptable.");
}

TEST_F(JsonOutput, OfParameters) {
  const auto counts = json::parse(json_of("parameters", arguments()));
  EXPECT_EQ(counts.at("trainable").get<int64_t>() + counts.at("frozen").get<int64_t>(),
            counts.at("total").get<int64_t>());
  ASSERT_EQ(counts.at("layers").size(), 2u);
  EXPECT_EQ(counts.at("layers")[1].at("experts").at("q_proj"), 4);
}

TEST_F(JsonOutput, OfAllocate) {
  const auto file = folder_.path("allocation.json");
  const std::vector<std::string> arguments = {
      "--model", folder_.path(), "--method", "quality", "--budget", "9", "--output", file};
  const auto result = json::parse(json_of("allocate", arguments));
  EXPECT_EQ(result.at("experts"), json::parse(folder_.read("allocation.json")));
  EXPECT_EQ(result.at("measured").size(), 2u);
}

TEST_F(JsonOutput, OfAnalyze) {
  ASSERT_EQ(finetune().exit_code, 0);
  const auto result =
      run("analyze", {"--model", reference("llama/gqa"), "--adapter", output() + "/adapter",
                      "--output", folder_.path("report"), "--json", "-"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out), json::parse(folder_.read("report/measurements.json")));
}

TEST_F(JsonOutput, ThatCannotBeWrittenIsRefusedFirst) {
  auto arguments = rows_;
  arguments.insert(arguments.end(), {"--json", folder_.path("none/result.json")});
  expect_error(run("preview", arguments), {folder_.path("none")});
}

TEST_F(JsonOutput, KeepsALinkAndTheModeOfWhatItReplaces) {
  namespace fs = std::filesystem;
  folder_.write("far/result.json", "old");
  fs::permissions(folder_.path("far/result.json"), static_cast<fs::perms>(0600));
  fs::create_symlink(folder_.path("far/result.json"), folder_.path("link.json"));
  auto evaluation = model_;
  evaluation.insert(evaluation.end(), rows_.begin(), rows_.end());
  auto preview = rows_;
  preview.insert(preview.end(), {"--split", "test"});
  for (auto& [command, arguments] : std::map<std::string, std::vector<std::string>>{
           {"evaluate", evaluation}, {"preview", preview}}) {
    const auto before = folder_.read("far/result.json");
    arguments.insert(arguments.end(), {"--json", folder_.path("link.json")});
    const auto result = run(command, arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(fs::is_symlink(folder_.path("link.json")));
    EXPECT_NE(folder_.read("far/result.json"), before);
    struct stat status {};
    EXPECT_EQ(stat(folder_.path("far/result.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(names_in(folder_.path("far")), std::vector<std::string>{"result.json"});
  }
}

// Under either name.
TEST_F(JsonOutput, ThatAnotherProcessWritesIsRefused) {
  folder_.write("result.json", "old");
  std::filesystem::create_symlink(folder_.path("result.json"), folder_.path("link.json"));
  FileLock lock;
  ASSERT_TRUE(lock.take(folder_.path(std::string(kLockFile) + ".result.json"), ""));
  for (const std::string name : {"result.json", "link.json"}) {
    auto arguments = model_;
    arguments.insert(arguments.end(), {"--prompt", "a", "--json", folder_.path(name)});
    expect_error(run("generate", arguments),
                 {"--json " + folder_.path(name) + ": is in use by process " +
                  std::to_string(getpid()) + " on "});
  }
  EXPECT_EQ(folder_.read("result.json"), "old");
}

// Its data, its config, its prompts: they are as before, and the line names both options.
TEST_F(JsonOutput, DoesNotReplaceWhatTheCommandReads) {
  const auto prompts = folder_.write("prompts.txt", "a bc\n");
  const auto ids = folder_.path("ids/ids.safetensors");
  std::filesystem::create_directory(folder_.path("ids"));
  save_safetensors(ids, {{"input_ids", torch::tensor({{1, 2}})}});
  const auto refused = [&](const std::string& command, const std::vector<std::string>& arguments,
                           const std::string& file, const std::vector<std::string>& parts) {
    const auto before = folder_.read(file);
    expect_error(run(command, arguments), parts);
    EXPECT_EQ(folder_.read(file), before);
    EXPECT_FALSE(before.empty());
  };
  const auto model = folder_.path();
  refused("preview",
          {"--task", "cola", "--data", folder_.path("cola"), "--split", "test", "--json",
           folder_.path("cola/dev.tsv")},
          "cola/dev.tsv", {"--json", "cola/dev.tsv: is a file in", "which --data reads"});
  refused("generate", {"--model", model, "--prompt-file", prompts, "--json", prompts},
          "prompts.txt", {"--json", "is the file that --prompt-file names"});
  refused("generate", {"--model", model, "--prompt", "a", "--json", model + "/./config.json"},
          "config.json", {"is a file in", "which --model reads"});
  refused("logits", {"--model", model, "--input", ids, "--output", ids}, "ids/ids.safetensors",
          {"--output", "is the file that --input names"});
  expect_error(
      run("allocate", {"--model", model, "--method", "quality", "--budget", "8", "--output",
                       folder_.path("a.json"), "--json", folder_.path("./a.json")}),
      {"--output and --json: name the same file"});
}

}  // namespace
}  // namespace mola
