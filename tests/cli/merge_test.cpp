#include <gtest/gtest.h>

#include "support/finetune_run.h"
#include "support/tensors.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

class Merge : public FinetuneRun {
 protected:
  // A copy of the base model with a tokenizer.
  Merge() {
    fs::copy(reference("llama/gqa"), base());
    folder_.write("base/tokenizer.model", tiny_tokenizer_model());
    config_["model"]["path"] = base();
    config_["train"]["learning_rate"] = 0.05;
  }

  std::string base() const { return folder_.path("base"); }

  ProcessResult merge(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--model", base(), "--adapter", output() + "/adapter", "--output",
                               folder_.path("merged")});
    return run("merge", more);
  }

  static torch::Tensor logits(const std::string& model, const std::string& adapter = "") {
    torch::NoGradGuard no_grad;
    auto loaded = load_pretrained(model, adapter);
    return loaded->logits(loaded->forward(torch::tensor({{1, 5, 40, 3, 63}})));
  }

  TensorMap merged() { return load_safetensors(folder_.path("merged/model.safetensors")); }
};

TEST_F(Merge, GivesTheLogitsOfModelAndAdapter) {
  for (const nlohmann::json& adapter :
       {nlohmann::json{{"type", "lora"}}, nlohmann::json{{"type", "lora"}, {"init", "pissa"}},
        nlohmann::json{{"allocation", "01"}}}) {
    config_["adapter"] = adapter;
    ASSERT_EQ(finetune().exit_code, 0);
    const auto result = merge();
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto expected = logits(base(), output() + "/adapter");
    EXPECT_LT(relative_error(logits(folder_.path("merged")), expected), 1e-5) << adapter;
    EXPECT_GT(relative_error(logits(base()), expected), 0.01) << adapter;
    EXPECT_EQ(folder_.read("merged/tokenizer.model"), tiny_tokenizer_model());
    fs::remove_all(output());
    fs::remove_all(folder_.path("merged"));
  }
}

TEST_F(Merge, KeepsTheDtypeOfTheBaseUnlessToldOtherwise) {
  config_["adapter"] = {{"type", "lora"}};
  ASSERT_EQ(finetune().exit_code, 0);
  ASSERT_EQ(merge({"--output-dtype", "bf16"}).exit_code, 0);
  const auto rounded = merged();
  fs::remove_all(folder_.path("merged"));
  ASSERT_EQ(merge().exit_code, 0);
  for (const auto& [name, tensor] : merged()) {
    EXPECT_EQ(tensor.scalar_type(), torch::kFloat) << name;
    EXPECT_EQ(rounded.at(name).scalar_type(), torch::kBFloat16) << name;
    EXPECT_LT(relative_error(rounded.at(name), tensor), 0.004) << name;
  }
}

TEST_F(Merge, RefusesRoutedExpertsAndFilesInItsWay) {
  ASSERT_EQ(finetune().exit_code, 0);
  // Before the weights are read.
  fs::resize_file(base() + "/model.safetensors", fs::file_size(base() + "/model.safetensors") - 1);
  expect_error(merge({"--output-dtype", "f32"}),
               {"2 experts in layer 0, q_proj", "cannot be merged"});
  EXPECT_FALSE(fs::exists(folder_.path("merged")));
  folder_.write("merged/notes.txt", "mine");
  expect_error(merge(), {"--output " + folder_.path("merged") + ": already holds files"});
}

}  // namespace
}  // namespace mola
