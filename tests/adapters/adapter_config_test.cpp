#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

// On q_proj alone.
AdapterSpec spec_of(const std::string& allocation) {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  spec["target_modules"] = std::vector<std::string>{"q_proj"};
  return spec;
}

std::string message(const AdapterSpec& spec, int64_t num_layers) {
  return message_of<Error>([&] { resolve(spec, num_layers); });
}

TEST(AdapterConfig, HasThePapersDefaults) {
  AdapterSpec spec;
  spec["allocation"] = "24";
  const auto config = resolve(spec, 2);
  EXPECT_EQ(config.type, "mola");
  EXPECT_EQ(config.target_modules, (std::vector<std::string>{"q_proj", "k_proj", "v_proj", "o_proj",
                                                             "gate_proj", "up_proj", "down_proj"}));
  EXPECT_EQ(config.allocation, Allocation::parse("24", 2, all_projections()));
  EXPECT_EQ(config.top_k, LayerTable::same(all_projections(), {2, 2}));
  EXPECT_EQ(config.rank, LayerTable::same(all_projections(), {8, 8}));
  EXPECT_EQ(config.alpha, 16);
  EXPECT_EQ(config.dropout, 0.05);
  EXPECT_EQ(config.init, Init::kKaiming);
}

TEST(AdapterConfig, TakesWhatIsGiven) {
  AdapterSpec spec = spec_of("24");
  spec["rank"] = List{4, 16};
  spec["alpha"] = 32;
  spec["dropout"] = 0.5;
  spec["init"] = "gaussian";
  const auto config = resolve(spec, 2);
  EXPECT_EQ(config.rank.values.at("q_proj"), (List{4, 16}));
  EXPECT_EQ(config.alpha, 32);
  EXPECT_EQ(config.dropout, 0.5);
  EXPECT_EQ(config.init, Init::kGaussian);
}

TEST(AdapterConfig, ClampsATopKOfOneNumber) {
  AdapterSpec spec = spec_of("[0, 1, 2, 5]");
  EXPECT_EQ(resolve(spec, 4).top_k.values.at("q_proj"), (List{0, 1, 2, 2}));
  spec["top_k"] = 3;
  EXPECT_EQ(resolve(spec, 4).top_k.values.at("q_proj"), (List{0, 1, 2, 3}));
}

TEST(AdapterConfig, TakesATopKListAsItIs) {
  AdapterSpec spec = spec_of("[0, 1, 2, 5]");
  for (const int64_t at_none : {0, 7}) {  // nothing is picked where there are no experts
    spec["top_k"] = List{at_none, 1, 2, 4};
    EXPECT_EQ(resolve(spec, 4).top_k.values.at("q_proj"), (List{0, 1, 2, 4}));
  }
  spec["top_k"] = List{1, 2, 2, 4};
  EXPECT_EQ(message(spec, 4),
            "adapter.top_k: found 2 for layer 1, expected at least 1 and at most its 1 experts");
  spec["top_k"] = List{1, 1, 2, 0};
  EXPECT_EQ(message(spec, 4),
            "adapter.top_k: found 0 for layer 3, expected at least 1 and at most its 5 experts");
  spec["top_k"] = List{-1, 1, 2, 4};
  EXPECT_EQ(message(spec, 4), "adapter.top_k: found -1 for layer 0, expected at least 0");
  spec["top_k"] = List{1, 2};
  EXPECT_EQ(message(spec, 4),
            "adapter.top_k: found a list of 2 numbers, expected 4, one for each layer of the "
            "model");
}

TEST(AdapterConfig, RefusesATopKBelowOne) {
  for (const int64_t top_k : {0, -2}) {
    AdapterSpec spec = spec_of("24");
    spec["top_k"] = top_k;
    EXPECT_EQ(message(spec, 2), "adapter.top_k: found " + std::to_string(top_k) +
                                    " for layer 0, expected at least 1");
  }
}

TEST(AdapterConfig, RefusesARankOutOfRange) {
  AdapterSpec spec = spec_of("24");
  spec["rank"] = 0;
  EXPECT_EQ(message(spec, 2), "adapter.rank: found 0, expected 1 to 65536");
  spec["rank"] = List{8, 65537};
  EXPECT_EQ(message(spec, 2), "adapter.rank: found 65537, expected 1 to 65536");
  spec["rank"] = List{8, 8, 8};
  EXPECT_EQ(message(spec, 2),
            "adapter.rank: found a list of 3 numbers, expected 2, one for each layer of the model");
}

TEST(AdapterConfig, PutsTargetModulesInOrder) {
  AdapterSpec spec = spec_of("24");
  spec["target_modules"] = std::vector<std::string>{"down_proj", "v_proj", "q_proj"};
  const auto config = resolve(spec, 2);
  EXPECT_EQ(config.target_modules, (std::vector<std::string>{"q_proj", "v_proj", "down_proj"}));
  EXPECT_EQ(config.allocation.at("k_proj", 0), 0);
}

TEST(AdapterConfig, RefusesTargetModulesThatAreNone) {
  AdapterSpec spec = spec_of("24");
  spec["target_modules"] = std::vector<std::string>{"q_proj", "upproj"};
  EXPECT_EQ(message(spec, 2),
            "adapter.target_modules: found 'upproj', expected some of q_proj, k_proj, v_proj, "
            "o_proj, gate_proj, up_proj, down_proj (nearest: up_proj)");
  spec["target_modules"] = std::vector<std::string>{"q_proj", "q_proj"};
  EXPECT_EQ(message(spec, 2), "adapter.target_modules: 'q_proj' is duplicated");
  spec["target_modules"] = std::vector<std::string>();
  EXPECT_EQ(message(spec, 2), "adapter.target_modules: is empty");
}

TEST(AdapterConfig, WantsSomethingToTrain) {
  AdapterSpec spec;
  EXPECT_EQ(message(spec, 2), "adapter.allocation: is missing, expected one such as 2468");
  EXPECT_EQ(message(spec_of("00"), 2),
            "adapter.allocation: has no expert in any layer, so there is nothing to train");
}

TEST(AdapterConfig, MakesLoraOfOneExpert) {
  AdapterSpec spec;
  spec.type = "lora";
  spec["rank"] = 64;
  const auto config = resolve(spec, 2);
  EXPECT_EQ(config.allocation, Allocation::parse("1", 2, all_projections()));
  EXPECT_EQ(config.top_k, LayerTable::same(all_projections(), {1, 1}));
  EXPECT_EQ(config.rank, LayerTable::same(all_projections(), {64, 64}));

  spec["allocation"] = "2";
  EXPECT_EQ(message(spec, 2), "adapter.allocation: is not a key of the type 'lora'");
  spec.settings.erase("allocation");
  spec["top_k"] = 1;
  EXPECT_EQ(message(spec, 2), "adapter.top_k: is not a key of the type 'lora'");
}

TEST(AdapterConfig, HasOtherTypesWithKeysOfTheirOwn) {
  AdapterSpec spec;
  spec.type = "prompt_tuning";
  EXPECT_EQ(resolve(spec, 2).num_virtual_tokens, 40);
  EXPECT_TRUE(resolve(spec, 2).target_modules.empty());
  spec["rank"] = 8;
  EXPECT_EQ(message(spec, 2), "adapter.rank: is not a key of the type 'prompt_tuning'");

  (spec = AdapterSpec()).type = "llama_adapter";
  spec["adapter_len"] = 10;
  EXPECT_EQ(resolve(spec, 2).adapter_len, 10);
  EXPECT_EQ(resolve(spec, 2).adapter_layers, 2);
  spec["adapter_layers"] = 3;
  EXPECT_EQ(message(spec, 2),
            "adapter.adapter_layers: found 3, expected 1 to the model's 2 layers");

  (spec = AdapterSpec()).type = "full";
  EXPECT_TRUE(resolve(spec, 2).allocation.values.empty());
}

// A saved adapter on two layers: 1 and 4 experts, top_k 1 and 2.
class InitFrom : public testing::Test {
 protected:
  AdapterConfig saved_ = resolve(spec_of("14"), 2);

  std::string message(const AdapterSpec& spec) {
    return message_of<Error>([&] { resolve(spec, 2, saved_); });
  }
};

TEST_F(InitFrom, TakesTheSavedSettings) {
  const auto config = resolve(AdapterSpec(), 2, saved_);
  EXPECT_EQ(config.target_modules, saved_.target_modules);
  EXPECT_EQ(config.allocation, saved_.allocation);
  EXPECT_EQ(config.top_k, saved_.top_k);
  EXPECT_EQ(config.rank, saved_.rank);
  EXPECT_EQ(config.alpha, saved_.alpha);
  EXPECT_EQ(config.dropout, saved_.dropout);
}

TEST_F(InitFrom, TakesKeysThatAgree) {
  AdapterSpec spec = spec_of("[1, 4]");
  spec.type = "mola";
  spec["top_k"] = 2;
  spec["rank"] = List{8, 8};
  spec["alpha"] = 16;
  spec["init"] = "kaiming";
  EXPECT_EQ(resolve(spec, 2, saved_).allocation, saved_.allocation);
}

TEST_F(InitFrom, TakesAnotherDropout) {
  AdapterSpec spec;
  spec["dropout"] = 0;
  EXPECT_EQ(resolve(spec, 2, saved_).dropout, 0);
}

TEST_F(InitFrom, RefusesKeysThatContradict) {
  const auto expected = [](const std::string& key, const std::string& given,
                           const std::string& saved) {
    return "adapter." + key + ": found " + given + ", but the adapter of adapter.init_from has " +
           saved + "; remove the key";
  };
  AdapterSpec spec;
  spec.type = "lora";
  EXPECT_EQ(message(spec), expected("type", "lora", "mola"));
  EXPECT_EQ(message(spec_of("24")), expected("allocation", "[2, 4]", "[1, 4]"));
  (spec = AdapterSpec())["top_k"] = 1;
  EXPECT_EQ(message(spec), expected("top_k", "[1, 1]", "[1, 2]"));
  (spec = AdapterSpec())["rank"] = List{8, 4};
  EXPECT_EQ(message(spec), expected("rank", "[8, 4]", "[8, 8]"));
  (spec = AdapterSpec())["alpha"] = 8;
  EXPECT_EQ(message(spec), expected("alpha", "8", "16"));
  (spec = AdapterSpec())["init"] = "gaussian";
  EXPECT_EQ(message(spec), expected("init", "gaussian", "kaiming"));
  (spec = AdapterSpec())["target_modules"] = std::vector<std::string>{"q_proj", "o_proj"};
  EXPECT_EQ(message(spec), expected("target_modules", "q_proj, o_proj", "q_proj"));
}

}  // namespace
}  // namespace mola
