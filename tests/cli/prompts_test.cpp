#include <gtest/gtest.h>

#include "support/finetune_run.h"
#include "support/text_model.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::map<std::string, json> kAdapters = {
    {"prompt_tuning", {{"type", "prompt_tuning"}, {"num_virtual_tokens", 4}}},
    {"llama_adapter", {{"type", "llama_adapter"}, {"adapter_len", 4}}}};

class Prompts : public FinetuneRun, public testing::WithParamInterface<std::string> {
 protected:
  Prompts() {
    config_["adapter"] = kAdapters.at(GetParam());
    config_["train"] = {{"max_steps", 6},    {"batch_size", 12},       {"micro_batch_size", 5},
                        {"warmup_steps", 0}, {"schedule", "constant"}, {"learning_rate", 0.05}};
  }

  std::string tensors(const std::string& folder) {
    return folder_.read(folder + "/adapter_model.safetensors");
  }
};

TEST_P(Prompts, BringTheLossDownAndGoOnWhereTheyStopped) {
  config_["output"]["save_every"] = 3;
  const auto result = finetune();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 6u);
  EXPECT_LT(steps.back().at("loss"), steps.front().at("loss"));
  EXPECT_EQ(steps.back().at("balance_loss"), 0);

  const auto expected = tensors("run/adapter");
  fs::remove_all(folder_.path("run/adapter"));
  auto resuming = arguments();
  resuming.emplace_back("--resume");
  const auto resumed = run("finetune", resuming);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_NE(resumed.err.find("resuming from " + folder_.path("run/checkpoint-3")),
            std::string::npos)
      << resumed.err;
  EXPECT_TRUE(tensors("run/adapter") == expected);
}

// All rows in each step: three steps and one from their adapter see what four see.
TEST_P(Prompts, GoOnFromASavedAdapter) {
  ASSERT_EQ(finetune({"train.gradient_checkpointing=true"}).exit_code, 0);
  ASSERT_EQ(finetune({"output.dir=" + folder_.path("three"), "train.max_steps=3"}).exit_code, 0);
  config_["adapter"] = {{"init_from", folder_.path("three/adapter")}};
  const auto result = finetune({"output.dir=" + folder_.path("fourth"), "train.max_steps=1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NEAR(metrics("fourth").at(0).at("loss").get<double>(),
              metrics().at(3).at("loss").get<double>(), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Types, Prompts, testing::Values("prompt_tuning", "llama_adapter"),
                         [](const auto& instance) { return "Of" + instance.param; });

TEST_F(FinetuneRun, StartsVirtualTokensFromAText) {
  const TempFolder model;
  write_text_model(model);
  config_["adapter"] = kAdapters.at("prompt_tuning");
  config_["adapter"]["init_text"] = "a bc";
  expect_error(finetune(), {reference("llama/gqa") + "/tokenizer.model"});

  config_["model"]["path"] = model.path();
  config_["output"]["dir"] = folder_.path("text");
  const auto result = finetune({"train.learning_rate=1e-30"});  // too small to move anything
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto embeddings =
      load_safetensors(model.path("model.safetensors")).at("model.embed_tokens.weight");
  const auto prompt = load_safetensors(folder_.path("text/adapter/adapter_model.safetensors"))
                          .at("prompt_embeddings");
  const Tokenizer tokenizer(model.path());
  const auto ids = tokenizer.encode("a bc");
  EXPECT_TRUE(torch::equal(prompt[0], embeddings[tokenizer.bos_id()]));
  EXPECT_TRUE(torch::equal(prompt[1], embeddings[ids[0]]));
}

}  // namespace
}  // namespace mola
