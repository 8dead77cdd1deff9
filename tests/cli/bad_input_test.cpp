#include <gtest/gtest.h>

#include "support/finetune_run.h"
#include "support/raw_safetensors.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Every bad input gives one line that names it, and no folder of a run.
class BadInput : public FinetuneRun {
 protected:
  void expect_refused(const std::vector<std::string>& overrides,
                      const std::vector<std::string>& parts) {
    expect_error(finetune(overrides), parts);
    EXPECT_FALSE(fs::exists(output()));
  }
};

// With a copy of the model that is damaged.
class BadModel : public BadInput {
 protected:
  BadModel() {
    fs::copy(reference("llama/gqa"), folder_.path("model"));
    config_["model"]["path"] = folder_.path("model");
  }

  void change_tensors(const std::function<void(TensorMap&)>& change) {
    auto tensors = load_safetensors(weights_);
    change(tensors);
    save_safetensors(weights_, tensors);
  }

  const std::string weights_ = folder_.path("model/model.safetensors");
  const std::string up_ = "model.layers.1.mlp.up_proj.weight";
};

TEST_F(BadModel, MissingFiles) {
  fs::remove(weights_);
  expect_refused({}, {weights_, "No such file"});
  fs::remove(folder_.path("model/config.json"));
  expect_refused({}, {folder_.path("model/config.json"), "No such file"});
}

TEST_F(BadModel, TruncatedFile) {
  fs::resize_file(weights_, fs::file_size(weights_) - 1000);
  expect_refused({}, {weights_, "outside the file's data"});
}

TEST_F(BadModel, HeaderBeyondTheFile) {
  std::string bytes = folder_.read("model/model.safetensors");
  bytes.replace(0, 8, 8, '\x7F');
  folder_.write("model/model.safetensors", bytes);
  expect_refused({}, {weights_, "says that its header has 9187201950435737471 bytes"});
}

TEST_F(BadModel, OverlappingOffsets) {
  folder_.write("model/model.safetensors",
                raw_safetensors(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                                    "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}})",
                                12));
  expect_refused({}, {weights_, "tensor 'b' begins at byte 4", "ends at 8"});
}

TEST_F(BadModel, WrongAndMissingTensors) {
  change_tensors([&](auto& tensors) { tensors[up_] = torch::ones({47, 32}); });
  expect_refused({}, {weights_, up_, "[47, 32]", "[48, 32]"});
  change_tensors([&](auto& tensors) { tensors.erase(up_); });
  expect_refused({}, {weights_, "has no tensor '" + up_ + "'"});
}

TEST_F(BadInput, UnknownKeysAndValues) {
  const std::string file = folder_.path("run.json");
  config_["train"]["learning_rat"] = 1e-3;
  expect_refused({}, {file, "train.learning_rat", "train.learning_rate)"});
  config_["train"].erase("learning_rat");
  expect_refused({"train.epoch=2"}, {"--set train.epoch:", "train.epochs)"});
  expect_refused({"data.task=colla"}, {"colla", "(nearest: cola)"});
  expect_error(run("finetune", {folder_.path("none.json")}), {folder_.path("none.json")});
}

TEST_F(BadInput, Allocations) {
  expect_refused({"adapter.allocation=[2, 4, 6]"}, {"allocation", "3 numbers", "expected 2"});
  expect_refused({"adapter.allocation=246"}, {"allocation '246'", "3 groups", "2 layers"});
}

TEST_F(BadInput, TopKs) {
  expect_refused({"adapter.top_k=[2, 5]"}, {"adapter.top_k", "found 5", "layer 1", "4 experts"});
  expect_refused({"adapter.top_k=0"}, {"adapter.top_k", "found 0", "at least 1"});
}

TEST_F(BadInput, TargetModules) {
  expect_refused({"adapter.target_modules=[\"q_proj\", \"down\"]"},
                 {"adapter.target_modules", "'down'", "down_proj"});
}

TEST_F(BadInput, TokenRows) {
  const std::string rows = folder_.write("rows.jsonl", "");
  expect_refused({}, {rows, "has no rows"});
  folder_.write("rows.jsonl", "{\"ids\": [1, 2]}\n");
  expect_refused({}, {rows + ":1", "'ids'", "input_ids"});
  folder_.write("rows.jsonl", "{\"input_ids\": [1, 2]}\n{\"input_ids\": [1, 64]}\n");
  expect_refused({}, {rows + ":2: input_ids[1]", "found 64", "vocab_size, 64"});
}

TEST_F(BadModel, TextTasks) {
  config_["data"] = {{"task", "mrpc"}, {"path", folder_.path("data")}};
  expect_refused({}, {folder_.path("model/tokenizer.model"), "no such file"});
  folder_.write("model/tokenizer.model", tiny_tokenizer_model());
  folder_.write("data/dev.tsv", "Quality\t#1 String\t#2 String\n");
  const std::string file = folder_.write("data/train.tsv", "Quality\t#1 String\n1\tIt rains.\n");
  expect_refused({}, {file + ":2", "'#2 String': is missing"});
  folder_.write("data/train.tsv", "gj04\t1\tIt rains.\n");
  expect_refused({"data.task=cola"}, {file + ":1", "3 columns, expected 4"});
}

TEST_F(BadInput, AdaptersOfAnotherModel) {
  config_["adapter"] = {{"init_from", reference("mola")}};  // of four layers
  expect_refused({}, {reference("mola"), "mola.allocation", "4 numbers, expected 2"});
  config_["adapter"] = {{"init_from", reference("lora")}};
  expect_refused({"model.path=" + reference("llama/tied")},
                 {reference("lora"), "lora_A.weight", "[4, 64], expected [4, 32]"});
}

TEST_F(BadInput, OutputFolders) {
  const std::string file = folder_.write("file", "kept");
  expect_error(finetune({"output.dir=" + file + "/run"}), {"output.dir", file, "is a file"});
  EXPECT_EQ(folder_.read("file"), "kept");
  expect_error(finetune({"output.dir=/proc/mola"}), {"output.dir /proc/mola"});

  folder_.write("run/metrics.jsonl", "kept");
  expect_error(finetune(), {"output.dir " + output(), "already holds files"});
  EXPECT_EQ(folder_.read("run/metrics.jsonl"), "kept");
  EXPECT_EQ(std::distance(fs::directory_iterator(output()), {}), 1);
}

// Found during the run, not before it.
TEST_F(BadInput, LearningRatesThatBlowUp) {
  const auto result = finetune({"train.learning_rate=1e30"});
  expect_error(result, {"step ", "is no longer finite", "a lower train.learning_rate may help"});
  EXPECT_FALSE(fs::exists(folder_.path("run/adapter")));
}

}  // namespace
}  // namespace mola
