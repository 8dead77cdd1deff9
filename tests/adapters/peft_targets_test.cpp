#include "adapters/peft_targets.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

// A model of three layers.
PeftTargets targets_of(const json& settings) {
  json config = {{"r", 8}, {"target_modules", {"q_proj", "up_proj"}}};
  for (const auto& [key, value] : settings.items()) config[key] = value;
  ConfigSource source{"a.json", {}, {}};
  return {JsonReader(config, source, ""), 3};
}

std::string path_of(int64_t layer, const std::string& projection) {
  return "model.layers." + std::to_string(layer) + "." + projection;
}

// The layers in which self_attn.q_proj has a LoRA.
List layers_of_q_proj(const json& settings) {
  const auto targets = targets_of(settings);
  List layers;
  for (int64_t j = 0; j < 3; ++j) {
    if (targets.contains(path_of(j, "self_attn.q_proj"), j)) layers.push_back(j);
  }
  return layers;
}

std::string message(const json& settings) {
  return message_of<Error>([&] { targets_of(settings); });
}

TEST(PeftTargets, AreTheEndsOfPathsInAList) {
  const auto targets = targets_of({});
  EXPECT_TRUE(targets.contains(path_of(2, "self_attn.q_proj"), 2));
  EXPECT_TRUE(targets.contains(path_of(0, "mlp.up_proj"), 0));
  EXPECT_FALSE(targets.contains(path_of(0, "mlp.down_proj"), 0));
  EXPECT_FALSE(targets_of({{"target_modules", {"proj"}}}).contains(path_of(0, "mlp.up_proj"), 0));
  EXPECT_EQ(layers_of_q_proj({{"target_modules", {"layers.1.self_attn.q_proj"}}}), (List{1}));
  EXPECT_EQ(layers_of_q_proj({{"target_modules", {"model.layers.2.self_attn.q_proj"}}}), (List{2}));
}

TEST(PeftTargets, AreWholePathsInAnExpression) {
  EXPECT_EQ(layers_of_q_proj({{"target_modules", R"(.*\.[02]\..*(q|v)_proj)"}}), (List{0, 2}));
  EXPECT_EQ(layers_of_q_proj({{"target_modules", "q_proj"}}), List());
  EXPECT_EQ(layers_of_q_proj({{"target_modules", R"((?!.*layers\.1).*q_proj$)"}}), (List{0, 2}));
  EXPECT_EQ(layers_of_q_proj({{"target_modules", "all-linear"}}), (List{0, 1, 2}));
}

// Backtracking would try about 2^30 ways to divide the path.
TEST(PeftTargets, AreFoundInShortTime) {
  EXPECT_EQ(layers_of_q_proj({{"target_modules", "(.*)*x"}}), List());
  EXPECT_EQ(layers_of_q_proj({{"target_modules", "((.*)*)*_proj"}}), (List{0, 1, 2}));
}

TEST(PeftTargets, CanBeLimited) {
  EXPECT_EQ(layers_of_q_proj({{"layers_to_transform", 1}}), (List{1}));
  EXPECT_EQ(layers_of_q_proj({{"layers_to_transform", {0, 2}}, {"layers_pattern", "layers"}}),
            (List{0, 2}));
  EXPECT_EQ(layers_of_q_proj({{"layers_to_transform", json::array()}}), (List{0, 1, 2}));
  EXPECT_EQ(layers_of_q_proj({{"exclude_modules", {"layers.0.self_attn.q_proj"}}}), (List{1, 2}));
  EXPECT_EQ(layers_of_q_proj({{"exclude_modules", R"(.*\.[12]\..*)"}}), (List{0}));
}

TEST(PeftTargets, HaveRanks) {
  const std::string path = path_of(1, "mlp.up_proj");
  const auto ranks = [&](const json& settings) { return targets_of(settings).ranks(path, 1); };
  EXPECT_EQ(ranks({}), (List{8}));
  EXPECT_EQ(ranks({{"r", {2, 3, 4}}}), (List{3}));
  EXPECT_EQ(ranks({{"rank_pattern", {{"q_proj", 2}}}}), (List{8}));
  EXPECT_EQ(ranks({{"rank_pattern", {{"layers.1.mlp.up_proj", 2}}}}), (List{2}));
  EXPECT_EQ(ranks({{"rank_pattern", {{R"(layers\.(0|1)\.mlp.*)", 5}}}}), (List{5}));
  EXPECT_EQ(ranks({{"rank_pattern", {{"mlp.up_proj", 2}, {"up_proj", 4}}}}), (List{2, 4}));
}

TEST(PeftTargets, RefuseWhatIsNotUnderstood) {
  EXPECT_EQ(message({{"target_modules", nullptr}}), "a.json: target_modules: is missing");
  EXPECT_EQ(message({{"r", nullptr}}), "a.json: r: is missing");
  EXPECT_EQ(message({{"r", {1, 2}}}),
            "a.json: r: found a list of 2 numbers, expected 3, one for each layer of the model");
  EXPECT_EQ(message({{"target_modules", 3}}),
            "a.json: target_modules: found 3, expected a list of strings");
  EXPECT_EQ(message({{"target_modules", "(q_proj"}}),
            "a.json: target_modules: found \"(q_proj\", which is not understood as a pattern");
  EXPECT_EQ(message({{"target_modules", std::string(100'000, '(')}}),
            "a.json: target_modules: found a pattern of 100000 characters, expected at most 1000");
  EXPECT_EQ(
      message({{"target_modules", "q{9999999999}"}}),
      "a.json: target_modules: found \"q{9999999999}\", which is not understood as a pattern");
  EXPECT_EQ(message({{"target_modules", {"q_proj", "lm_head"}}}),
            "a.json: target_modules: names lm_head, which is not supported");
  EXPECT_EQ(message({{"target_modules", {"embed_tokens"}}}),
            "a.json: target_modules: names model.embed_tokens, which is not supported");
  EXPECT_EQ(message({{"layers_pattern", "h"}}),
            "a.json: layers_pattern: found \"h\", expected \"layers\"");
  EXPECT_EQ(message({{"rank_pattern", {{"q_proj", 0}}}}),
            "a.json: rank_pattern: found 0 for 'q_proj', expected a whole number from 1 to 65536");
  EXPECT_EQ(message({{"rank_pattern", {1}}}),
            "a.json: rank_pattern: found [1], expected an object");
}

}  // namespace
}  // namespace mola
