// An interrupted evaluation continues where all that its predictions depend on is still the same.
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "mola/adapters/adapters.h"
#include "support/kill.h"
#include "support/text_model.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

// A random model and adapter, and twenty rows.
class EvaluateResume : public testing::Test {
 protected:
  EvaluateResume() {
    config_.vocab_size = 288;
    fs::create_directory(folder_.path("model"));
    folder_.write("model/config.json", config_text(config_));
    folder_.write("model/tokenizer.model", tiny_tokenizer_model());
    save_safetensors(folder_.path("model/model.safetensors"), random_llama(config_));
    write_adapter(2);
    folder_.write("cola/dev.tsv", rows(20));
  }

  static std::string rows(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += "x\t" + std::to_string(i % 2) + "\t\tone " + std::to_string(i) + " is good\n";
    }
    return text;
  }

  void write_adapter(int64_t top_k) const {
    AdapterSpec spec;
    spec["allocation"] = "3";
    spec["top_k"] = top_k;
    auto model = tiny_model(resolve(spec, 2), config_);
    save_adapter(model, folder_.path("adapter"));
  }

  std::vector<std::string> arguments(const std::string& json) const {
    return {"--model",    folder_.path(model_),
            "--adapter",  folder_.path(adapter_),
            "--dtype",    dtype_,
            "--device",   device_,
            "--data",     folder_.path("cola"),
            "--task",     "cola",
            "--protocol", "score",
            "--json",     folder_.path(json)};
  }

  ProcessResult evaluate(const std::string& json, const std::vector<std::string>& more = {}) const {
    auto all = arguments(json);
    all.insert(all.end(), more.begin(), more.end());
    return run("evaluate", all);
  }

  // Ends with an error as soon as a file has more than 2 KiB.
  void interrupt(const std::string& json) const {
    std::string line = "ulimit -f 2; exec " + program_path("mola") + " evaluate";
    for (const auto& argument : arguments(json)) line += " " + argument;
    const auto result = Process({"/bin/bash", "-c", line}).wait();
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.err.find("File too large"), std::string::npos) << result.err;
    EXPECT_TRUE(fs::exists(folder_.path(json + ".partial")));
  }

  // That another evaluation is refused because of `key`, and leaves what is there.
  void expect_refused(const std::vector<std::string>& more, const std::string& key) const {
    const auto before = folder_.read("part.json.partial");
    expect_error(evaluate("part.json", more),
                 {"part.json.partial: " + key + ": found ", ", but the evaluation there has "});
    EXPECT_EQ(folder_.read("part.json.partial"), before);
  }

  TempFolder folder_;
  LlamaConfig config_ = tiny_llama_config();
  std::string model_ = "model";
  std::string adapter_ = "adapter";
  std::string dtype_ = "f32";
  std::string device_ = "cpu";
};

TEST_F(EvaluateResume, ContinuesWithTheSameContentsElsewhere) {
  ASSERT_EQ(evaluate("whole.json").exit_code, 0);
  interrupt("part.json");
  fs::rename(folder_.path("model"), folder_.path("moved"));
  fs::rename(folder_.path("adapter"), folder_.path("moved_adapter"));
  model_ = "moved";
  adapter_ = "moved_adapter";
  if (!torch::cuda::is_available()) device_ = "auto";  // which is the same
  const auto result = evaluate("part.json", {"--resume"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find(" rows are done"), std::string::npos) << result.err;
  EXPECT_EQ(folder_.read("part.json"), folder_.read("whole.json"));
  EXPECT_EQ(names_in(folder_.path()), (std::vector<std::string>{"cola", "moved", "moved_adapter",
                                                                "part.json", "whole.json"}));
}

TEST_F(EvaluateResume, RefusesOtherContentsAtTheSamePlace) {
  interrupt("part.json");
  const auto model = folder_.read("model/model.safetensors");
  auto other = model;
  other.back() = static_cast<char>(other.back() + 1);
  folder_.write("model/model.safetensors", other);
  expect_refused({"--resume"}, "model_fingerprint");
  folder_.write("model/model.safetensors", model);
  write_adapter(1);
  expect_refused({"--resume"}, "adapter_fingerprint");
  write_adapter(2);
  folder_.write("cola/dev.tsv", rows(21));
  expect_refused({"--resume"}, "rows");
  folder_.write("cola/dev.tsv", "x\t1\t\tother\n" + rows(19));
  expect_refused({"--resume"}, "rows_fingerprint");
  folder_.write("cola/dev.tsv", rows(20));
  expect_refused({"--resume", "--normalize"}, "normalize");
  dtype_ = "bf16";
  expect_refused({"--resume"}, "dtype");
  dtype_ = "f32";
  const auto result = evaluate("part.json", {"--resume"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(EvaluateResume, NamesTheLineThatIsDamaged) {
  interrupt("part.json");
  const auto kept = folder_.read("part.json.partial");
  const auto whole = kept.substr(0, kept.rfind('\n') + 1);
  folder_.write("part.json.partial", whole + "garbage\n");
  const auto number = std::count(whole.begin(), whole.end(), '\n') + 1;
  expect_error(evaluate("part.json", {"--resume"}),
               {"part.json.partial:" + std::to_string(number) + ": parse error"});
}

TEST_F(EvaluateResume, SaysWhatDiffers) {
  folder_.write("part.json.partial", "{\"task\":\"rte\"}\n");
  expect_error(evaluate("part.json", {"--resume"}),
               {"part.json.partial: task: found \"cola\", but the evaluation there has \"rte\"; "
                "continue it with the same, or remove it"});
  folder_.write("part.json.partial", "3\n");
  expect_error(evaluate("part.json", {"--resume"}),
               {"part.json.partial: found 3, expected the object of an evaluation"});
}

// The first goes on, and its lock ends with it.
TEST_F(EvaluateResume, RefusesAFileThatAnotherProcessWrites) {
  folder_.write("cola/dev.tsv", rows(5000));
  auto slowly = arguments("part.json");
  slowly.insert(slowly.end(), {"--batch-size", "1"});
  const Process first("evaluate", slowly);
  wait_until([&] { return fs::exists(folder_.path("part.json.partial")); });
  for (const auto& more : std::vector<std::vector<std::string>>{{}, {"--resume"}}) {
    expect_error(evaluate("part.json", more),
                 {"--json " + folder_.path("part.json") + ": is in use by process " +
                  std::to_string(first.id()) + " on "});
  }
  first.kill();
  ASSERT_EQ(first.wait().exit_code, 128 + SIGKILL);
  folder_.write("cola/dev.tsv", rows(20));
  expect_refused({"--resume"}, "rows");
}

}  // namespace
}  // namespace mola
