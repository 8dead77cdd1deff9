#include <gtest/gtest.h>

#include "mola/data/tokenizer.h"
#include "support/fixture.h"
#include "support/process.h"
#include "support/tensors.h"

namespace mola {
namespace {

// Two layers on twelve short documents, four of them a step.
class Pretrain : public testing::Test {
 protected:
  Pretrain() {
    std::string lines;
    for (const std::string who : {"cat", "dog", "cow", "hen"}) {
      for (const std::string what : {"sees", "likes", "finds"}) {
        lines += nlohmann::json({{"text", "the " + who + " " + what + " a tree."}}).dump() + "\n";
      }
    }
    config_["data"]["path"] = folder_.write("text.jsonl", lines);
    config_["output"]["dir"] = folder_.path("run");
  }

  ProcessResult pretrain(const std::vector<std::string>& overrides = {}) {
    std::vector<std::string> arguments = {folder_.write("base.json", config_.dump())};
    for (const auto& text : overrides) {
      arguments.push_back("--set");
      arguments.push_back(text);
    }
    return run("pretrain", arguments);
  }

  TempFolder folder_;
  nlohmann::json config_ = {{"model",
                             {{"vocab_size", 290},
                              {"hidden_size", 16},
                              {"intermediate_size", 24},
                              {"num_hidden_layers", 2},
                              {"num_attention_heads", 2},
                              {"tie_word_embeddings", true}}},
                            {"train",
                             {{"epochs", 10},
                              {"batch_size", 4},
                              {"learning_rate", 0.02},
                              {"warmup_steps", 3},
                              {"schedule", "cosine"}}}};
};

TEST_F(Pretrain, MakesAModelThatKnowsItsText) {
  const auto result = pretrain();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("step 30/30"), std::string::npos) << result.err;
  EXPECT_EQ(names_in(folder_.path("run")),
            (std::vector<std::string>{"config.json", "metrics.jsonl", "model", "start"}));

  torch::NoGradGuard no_grad;
  auto model = load_pretrained(folder_.path("run/model"));
  const Tokenizer tokenizer(folder_.path("run/model"));
  auto ids = tokenizer.encode("the hen likes a tree.");
  ids.insert(ids.begin(), tokenizer.bos_id());
  const auto loss =
      run_forward(model, torch::tensor(ids).unsqueeze(0), {}, torch::tensor(ids).unsqueeze(0))
          .lm_loss.item<double>();
  EXPECT_LT(loss, 0.5 * std::log(290));  // that much better than knowing nothing
}

TEST_F(Pretrain, GivesTheSameBitsAgain) {
  const std::vector<std::string> few = {"train.max_steps=3"};
  ASSERT_EQ(pretrain(few).exit_code, 0);
  ASSERT_EQ(pretrain({few[0], "output.dir=" + folder_.path("again")}).exit_code, 0);
  for (const auto& name : names_in(folder_.path("run/model"))) {
    EXPECT_EQ(folder_.read("run/model/" + name), folder_.read("again/model/" + name)) << name;
  }
}

TEST_F(Pretrain, ResumesOnlyTheSameModel) {
  const std::vector<std::string> few = {"train.max_steps=3"};
  ASSERT_EQ(pretrain(few).exit_code, 0);
  std::filesystem::remove_all(folder_.path("run/model"));
  const auto resume = [&](const std::string& override) {
    return run("pretrain",
               {folder_.path("base.json"), "--set", few[0], "--set", override, "--resume"});
  };
  expect_error(resume("model.rope_theta=5000"),
               {"model.rope_theta: found 5000", "but the run in " + folder_.path("run")});
  EXPECT_EQ(resume("model.rope_theta=10000").exit_code, 0);
}

TEST_F(Pretrain, RefusesBadInput) {
  const auto refused = [&](const std::string& override, const std::string& part) {
    expect_error(pretrain({override}), {part});
    EXPECT_FALSE(std::filesystem::exists(folder_.path("run")));
  };
  refused("data.path=" + folder_.path("none.jsonl"), "none.jsonl: cannot be read");
  refused("model.vocab_size=5000", "model.vocab_size: found 5000");
  refused("model.layers=3", "model.layers");
  folder_.write("run/mine.txt", "");
  expect_error(pretrain(), {folder_.path("run") + ": already holds files"});
}

}  // namespace
}  // namespace mola
