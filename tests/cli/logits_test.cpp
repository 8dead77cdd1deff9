#include <gtest/gtest.h>

#include "support/finetune_run.h"
#include "support/sanitizers.h"
#include "support/tensors.h"

namespace mola {
namespace {

class Logits : public FinetuneRun {
 protected:
  Logits() {
    save_safetensors(input_, {{"input_ids", ids_}});
    folder_.write("logits.safetensors", "old");
  }

  ProcessResult logits(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "--model", reference("llama/gqa"), "--input", input_, "--output", output_, "--device",
        "cpu"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run("logits", arguments);
  }

  // A run with these tensors as input fails so, and leaves the old output.
  void expect_refused(const TensorMap& input, const std::vector<std::string>& parts) {
    save_safetensors(input_, input);
    expect_error(logits(), parts);
    EXPECT_EQ(folder_.read("logits.safetensors"), "old");
  }

  const std::string input_ = folder_.path("ids.safetensors");
  const std::string output_ = folder_.path("logits.safetensors");
  const torch::Tensor ids_ = torch::tensor({{1, 5, 9, 63, 0}, {1, 2, 3, 4, 5}});
};

TEST_F(Logits, AreThoseOfTransformers) {
  const auto expected = load_safetensors(reference("llama/gqa/expected.safetensors"));
  const auto result = run("logits", {"--model", reference("llama/gqa"), "--input",
                                     reference("llama/gqa/expected.safetensors"), "--output",
                                     output_, "--dtype", "f32", "--device", "cpu"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto is_token = expected.at("attention_mask") != 0;  // there is padding on the left
  EXPECT_LT(relative_error(load_safetensors(output_).at("logits").index({is_token}),
                           expected.at("logits").index({is_token})),
            1e-5);
}

// Its queries alone need 2^50 bytes.
TEST_F(Logits, OfAModelThatExceedsTheMemoryAreAnError) {
#ifdef MOLA_ADDRESS_SANITIZER
  GTEST_SKIP() << "the address sanitizer ends the program instead";
#endif
  auto config = read_json(reference("llama/gqa/config.json"));
  config["hidden_size"] = 262144;
  config["num_attention_heads"] = 32768;
  config["num_key_value_heads"] = 1;
  config["head_dim"] = 32768;
  folder_.write("large/config.json", config.dump());
  expect_error(run("logits", {"--model", folder_.path("large"), "--input", input_, "--output",
                              output_, "--dtype", "f32", "--device", "cpu"}),
               {"can't allocate memory"});
}

// What was trained and saved, loaded in another process, gives what it gives in this one.
TEST_F(Logits, OfASavedAdapterAreTheSameInANewProcess) {
  ASSERT_EQ(finetune({"train.learning_rate=0.01"}).exit_code, 0);
  const std::string adapter = folder_.path("run/adapter");
  torch::NoGradGuard no_grad;
  for (const auto& [name, dtype] :
       {std::pair("f32", torch::kFloat), std::pair("bf16", torch::kBFloat16)}) {
    const auto result = logits({"--adapter", adapter, "--dtype", name});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    auto model = load_pretrained(reference("llama/gqa"), adapter, dtype);
    auto base = load_pretrained(reference("llama/gqa"), "", dtype);
    const auto found = load_safetensors(output_).at("logits");
    expect_same(found, model->logits(model->forward(ids_)).to(torch::kFloat), name);
    EXPECT_GT(relative_error(found, base->logits(base->forward(ids_))), 1e-3) << name;
  }
}

TEST_F(Logits, RefuseInputThatIsNone) {
  expect_refused({{"ids", ids_}}, {input_, "'input_ids'"});
  expect_refused({{"input_ids", ids_.to(torch::kFloat)}}, {input_, "Float", "I64 [B, T]"});
  expect_refused({{"input_ids", ids_}, {"attention_mask", ids_.narrow(1, 0, 4)}},
                 {input_, "attention_mask", "[2, 4]", "[2, 5]"});
}

TEST_F(Logits, RefuseIdsBeyondTheVocabulary) {
  expect_refused({{"input_ids", ids_ + 1}}, {input_, "input_ids", "1 to 64", "vocab_size, 64"});
  expect_refused({{"input_ids", ids_ - 1}}, {input_, "input_ids", "-1 to 62"});
}

TEST_F(Logits, NameTheFileThatIsMissing) {
  const std::string none = folder_.path("none");
  expect_error(logits({"--adapter", none}), {"adapter " + none + ": no such folder"});
  expect_error(run("logits", {"--model", none, "--input", none, "--output", output_}),
               {none + ": cannot be read", "No such file"});
  EXPECT_EQ(folder_.read("logits.safetensors"), "old");
}

TEST_F(Logits, RefuseAnAdapterOfAnotherModel) {
  const auto result = run("logits", {"--model", reference("llama/tied"), "--adapter",
                                     reference("lora"), "--input", input_, "--output", output_});
  expect_error(result, {reference("lora"), "lora_A.weight", "[4, 64]", "[4, 32]"});
  EXPECT_EQ(folder_.read("logits.safetensors"), "old");
}

TEST_F(Logits, NameAnOutputThatCannotBeWritten) {
  const std::string below_a_file = folder_.write("file", "kept") + "/logits.safetensors";
  expect_error(run("logits", {"--model", reference("llama/gqa"), "--input", input_, "--output",
                              below_a_file}),
               {below_a_file, folder_.path("file") + " is not a folder"});
  EXPECT_EQ(folder_.read("file"), "kept");
}

}  // namespace
}  // namespace mola
