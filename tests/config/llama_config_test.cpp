#include "mola/config/llama_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

class LlamaConfigTest : public testing::Test {
 protected:
  json json_ = {{"model_type", "llama"},     {"vocab_size", 100},
                {"hidden_size", 32},         {"intermediate_size", 48},
                {"num_hidden_layers", 2},    {"num_attention_heads", 4},
                {"torch_dtype", "bfloat16"}, {"transformers_version", "4.40"}};

  LlamaConfig read() { return read_llama_config(folder_.write("config.json", json_.dump())); }

  // What is wrong with the file if the value at `pointer` is `value`, after "FILE: ".
  std::string message(const std::string& pointer, const json& value) {
    const json kept = json_;
    json_[json::json_pointer(pointer)] = value;
    const std::string text = message_of<Error>([&] { read(); });
    json_ = kept;
    const std::string where = folder_.path("config.json") + ": ";
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(std::min(where.size(), text.size()));
  }

  TempFolder folder_;
};

TEST_F(LlamaConfigTest, ReadsShapeAndDefaults) {
  const auto config = read();
  EXPECT_EQ(config.vocab_size, 100);
  EXPECT_EQ(config.hidden_size, 32);
  EXPECT_EQ(config.intermediate_size, 48);
  EXPECT_EQ(config.num_hidden_layers, 2);
  EXPECT_EQ(config.num_attention_heads, 4);
  EXPECT_EQ(config.num_key_value_heads, 4);
  EXPECT_EQ(config.head_dim, 8);  // 32 / 4
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000);
  EXPECT_EQ(config.rope_scaling.type, RopeScaling::Type::kNone);
  EXPECT_FALSE(config.tie_word_embeddings);
}

TEST_F(LlamaConfigTest, TakesAFileOrItsFolder) {
  read();
  EXPECT_EQ(read_llama_config(folder_.path()).hidden_size, 32);
  EXPECT_EQ(message_of<Error>([&] { read_llama_config(folder_.path("none")); }),
            "model " + folder_.path("none") + ": no such folder");
  const std::string weights = folder_.write("model.safetensors", "");
  EXPECT_EQ(message_of<Error>([&] { read_llama_config(weights); }),
            "model " + weights + ": is a file, expected a folder");
}

TEST_F(LlamaConfigTest, ReadsWhatIsGiven) {
  json_.update({{"num_key_value_heads", 2},
                {"head_dim", 16},
                {"rms_norm_eps", 1e-5},
                {"rope_theta", 500000},
                {"rope_scaling", nullptr},
                {"tie_word_embeddings", true},
                {"hidden_act", "silu"},
                {"attention_bias", false}});
  const auto config = read();
  EXPECT_EQ(config.num_key_value_heads, 2);
  EXPECT_EQ(config.head_dim, 16);
  EXPECT_EQ(config.rms_norm_eps, 1e-5);
  EXPECT_EQ(config.rope_theta, 500000);
  EXPECT_TRUE(config.tie_word_embeddings);
  json_["head_dim"] = nullptr;
  EXPECT_EQ(read().head_dim, 8);
}

TEST_F(LlamaConfigTest, ReadsRopeScalingOfTransformers4) {
  json_["rope_theta"] = 1000;
  json_["rope_scaling"] = {{"type", "linear"}, {"factor", 4}};
  EXPECT_EQ(read().rope_theta, 1000);
  EXPECT_EQ(read().rope_scaling.type, RopeScaling::Type::kLinear);
  EXPECT_EQ(read().rope_scaling.factor, 4);
}

TEST_F(LlamaConfigTest, ReadsRopeParametersOfTransformers5) {
  json_["rope_parameters"] = {{"rope_type", "llama3"}, {"rope_theta", 500000},
                              {"factor", 8},           {"low_freq_factor", 2},
                              {"high_freq_factor", 3}, {"original_max_position_embeddings", 64}};
  const auto config = read();
  EXPECT_EQ(config.rope_theta, 500000);
  EXPECT_EQ(config.rope_scaling.type, RopeScaling::Type::kLlama3);
  EXPECT_EQ(config.rope_scaling.factor, 8);
  EXPECT_EQ(config.rope_scaling.low_freq_factor, 2);
  EXPECT_EQ(config.rope_scaling.high_freq_factor, 3);
  EXPECT_EQ(config.rope_scaling.original_max_position_embeddings, 64);

  json_["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 2000}};
  EXPECT_EQ(read().rope_theta, 2000);
  EXPECT_EQ(read().rope_scaling.type, RopeScaling::Type::kNone);
}

TEST_F(LlamaConfigTest, RefusesRopeScalingThatIsNotSupported) {
  EXPECT_EQ(message("/rope_scaling", {{"type", "yarn"}, {"factor", 2}}),
            "rope_scaling.rope_type: found 'yarn', expected default, linear or llama3");
  EXPECT_EQ(message("/rope_parameters", {{"rope_type", "dynamic"}}),
            "rope_parameters.rope_type: found 'dynamic', expected default, linear or llama3");
  EXPECT_EQ(message("/rope_scaling", {{"factor", 2}}), "rope_scaling.rope_type: is missing");
  EXPECT_EQ(message("/rope_scaling", {{"type", "linear"}}), "rope_scaling.factor: is missing");
  EXPECT_EQ(message("/rope_scaling", {{"type", "linear"}, {"factor", 0}}),
            "rope_scaling.factor: found 0, expected a number above 0");
  EXPECT_EQ(message("/rope_scaling", {{"rope_type", "llama3"}, {"factor", 8}}),
            "rope_scaling.original_max_position_embeddings: is missing");
  EXPECT_EQ(
      message("/rope_scaling", {{"rope_type", "llama3"}, {"factor", 8}, {"low_freq_factor", 4}}),
      "rope_scaling.high_freq_factor: is not above low_freq_factor");
  EXPECT_EQ(message("/rope_scaling", "linear"),
            "rope_scaling: found \"linear\", expected an object");
}

TEST_F(LlamaConfigTest, RefusesWhatIsNotLlama) {
  EXPECT_EQ(message("/model_type", "mistral"), "model_type: found 'mistral', expected 'llama'");
  EXPECT_EQ(message("/model_type", nullptr), "model_type: is missing");
  EXPECT_EQ(message("/attention_bias", true), "attention_bias: found true, expected false");
  EXPECT_EQ(message("/mlp_bias", true), "mlp_bias: found true, expected false");
  EXPECT_EQ(message("/hidden_act", "gelu"), "hidden_act: found 'gelu', expected 'silu'");
  EXPECT_EQ(message("/partial_rotary_factor", 0.5),
            "partial_rotary_factor: found 0.5, expected a number of 1");
  EXPECT_EQ(message("/quantization_config", {{"bits", 4}}),
            "quantization_config: found one, but quantized weights are not supported");
}

TEST_F(LlamaConfigTest, RefusesSizesThatAreNone) {
  for (const std::string key : {"vocab_size", "hidden_size", "intermediate_size",
                                "num_hidden_layers", "num_attention_heads"}) {
    EXPECT_EQ(message("/" + key, nullptr), key + ": is missing");
    EXPECT_EQ(message("/" + key, 0), key + ": found 0, expected a whole number from 1 to 1048576");
    EXPECT_EQ(message("/" + key, 1048577),
              key + ": found 1048577, expected a whole number from 1 to 1048576");
  }
  EXPECT_EQ(message("/vocab_size", "100"),
            "vocab_size: found \"100\", expected a whole number from 1 to 1048576");
  EXPECT_EQ(message("/rms_norm_eps", 0), "rms_norm_eps: found 0, expected a number above 0");
}

TEST_F(LlamaConfigTest, RefusesHeadsThatDoNotFit) {
  EXPECT_EQ(message("/num_key_value_heads", 3),
            "num_key_value_heads: found 3, which does not divide num_attention_heads, 4");
  const std::string expected =
      ", expected an even number of at least 2 (rotary embeddings rotate pairs)";
  EXPECT_EQ(message("/head_dim", 7), "head_dim: found 7" + expected);
  EXPECT_EQ(message("/num_attention_heads", 64),
            "num_attention_heads: found 64, which makes head_dim 0" + expected);
}

}  // namespace
}  // namespace mola
