#include <gtest/gtest.h>

#include <filesystem>

#include "support/fixture.h"
#include "support/process.h"
#include "support/text_model.h"
#include "support/token_rows.h"

namespace mola {
namespace {

class Examples : public testing::Test {
 protected:
  // The standard output of an example that succeeds.
  static std::string output_of(const std::string& name, const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {program_path("../examples/" + name)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const auto result = Process(words).wait();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }

  // The numbers behind "loss" fall by more than half.
  static void expect_that_the_loss_falls(const std::string& out) {
    std::vector<double> losses;
    std::istringstream words(out);
    for (std::string word; words >> word;) {
      if (word == "loss" && words >> word) losses.push_back(std::stod(word));
    }
    ASSERT_GE(losses.size(), 2u) << out;
    EXPECT_LT(losses.back(), 0.5 * losses.front()) << out;
  }

  TempFolder folder_;
};

TEST_F(Examples, WrapLinearLearns) { expect_that_the_loss_falls(output_of("1_wrap_linear", {})); }

TEST_F(Examples, OwnNetworkLearns) { expect_that_the_loss_falls(output_of("5_own_network", {})); }

TEST_F(Examples, FinetuneAndGenerate) {
  write_text_model(folder_);
  const auto rows = folder_.write("rows.json", R"([
      {"instruction": "good", "input": "", "output": "one"},
      {"instruction": "bad", "input": "it", "output": "two"}])");
  const auto out = output_of("2_finetune", {folder_.path(), rows, folder_.path("run")});
  const auto adapter = folder_.path("run/adapter");
  EXPECT_EQ(out, "trained: " + adapter + "\n");
  EXPECT_TRUE(std::filesystem::exists(adapter + "/adapter_model.safetensors"));
  EXPECT_FALSE(output_of("3_generate", {folder_.path(), adapter, "good"}).empty());
}

TEST_F(Examples, TrainingLoopLearnsAndSavesAnAdapter) {
  const auto adapter = folder_.path("adapter");
  expect_that_the_loss_falls(
      output_of("4_training_loop",
                {reference("llama/gqa"), folder_.write("rows.jsonl", token_rows(4)), adapter}));
  EXPECT_NO_THROW(load_pretrained(reference("llama/gqa"), adapter));
}

}  // namespace
}  // namespace mola
