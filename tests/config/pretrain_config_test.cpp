#include "mola/config/pretrain_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

class PretrainConfigTest : public testing::Test {
 protected:
  PretrainConfig read(const std::vector<std::string>& overrides = {}) {
    return read_pretrain_config(folder_.write("base.json", json_.dump()), overrides);
  }
  std::string message(const std::vector<std::string>& overrides = {}) {
    return message_of<Error>([&] { read(overrides); });
  }

  TempFolder folder_;
  json json_ = {{"model",
                 {{"vocab_size", 300},
                  {"hidden_size", 32},
                  {"intermediate_size", 64},
                  {"num_hidden_layers", 2},
                  {"num_attention_heads", 4}}},
                {"data", {{"path", "text.jsonl"}}},
                {"output", {{"dir", "runs/base"}}}};
};

TEST_F(PretrainConfigTest, HasDefaults) {
  const auto config = read();
  EXPECT_EQ(config.model.head_dim, 8);
  EXPECT_EQ(config.model.num_key_value_heads, 4);
  EXPECT_FALSE(config.model.tie_word_embeddings);
  EXPECT_EQ(config.model.max_position_embeddings, 2048);
  EXPECT_EQ(config.text, "text.jsonl");
  EXPECT_EQ(config.max_length, 256);
  EXPECT_EQ(config.train.batch_size, 128);
  EXPECT_EQ(config.output.dir, "runs/base");
  EXPECT_EQ(config.output.log_every, 10);
}

TEST_F(PretrainConfigTest, TakesOverrides) {
  const auto config = read({"model.tie_word_embeddings=true", "data.max_length=64",
                            "train.learning_rate=0.5", "output.dir=a", "output.log_every=3"});
  EXPECT_TRUE(config.model.tie_word_embeddings);
  EXPECT_EQ(config.max_length, 64);
  EXPECT_EQ(config.train.learning_rate, 0.5);
  EXPECT_EQ(config.output.dir, "a");
  EXPECT_EQ(config.output.log_every, 3);
}

TEST_F(PretrainConfigTest, NamesWhatIsWrong) {
  const std::string where = folder_.path("base.json") + ": ";
  EXPECT_EQ(message({"model.hiden_size=3"}).find("--set model.hiden_size: "), 0u);
  EXPECT_EQ(message({"output.saves=3"}).find("--set output.saves: "), 0u);
  EXPECT_EQ(message({"data.max_length=1"}),
            "--set data.max_length: found 1, expected a whole number from 2 to 1000000000");
  EXPECT_EQ(message({"data.max_length=2049"}),
            "--set data.max_length: found 2049, expected at most model.max_position_embeddings, "
            "which is 2048");
  json_["model"]["rope_scaling"] = {{"rope_type", "llama3"},
                                    {"factor", 8},
                                    {"low_freq_factr", 2},
                                    {"original_max_position_embeddings", 256}};
  EXPECT_EQ(
      message().find(where + "model.rope_scaling.low_freq_factr: unknown key, found with the "
                             "value 2 (nearest valid key: model.rope_scaling.low_freq_factor"),
      0u);
  json_["model"].erase("rope_scaling");
  EXPECT_EQ(message({"model.vocab_size=null"}), "--set model.vocab_size: is missing");
  json_["model"].erase("hidden_size");
  EXPECT_EQ(message(), where + "model.hidden_size: is missing");
}

}  // namespace
}  // namespace mola
