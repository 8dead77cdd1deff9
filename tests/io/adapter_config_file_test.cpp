#include "mola/io/adapter_config_file.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

const std::string kQProj = "base_model.model.model.layers.0.self_attn.q_proj.";

// The folder of an adapter on two layers, as the official code writes it: 3 experts of rank 4 on
// q_proj in the layer 0; one, of rank 2, in the layer 1, whose router decides nothing.
class OfficialAdapter : public testing::Test {
 protected:
  std::string write() {
    folder_.write("a/adapter_config.json", config_.dump());
    save_safetensors(folder_.path("a/adapter_model.safetensors"), tensors_);
    return folder_.path("a");
  }

  AdapterConfig read() { return read_adapter_config(write(), 2); }

  // After "FILE: ", the folder's adapter_config.json.
  std::string message(const std::string& file = "adapter_config.json") {
    const std::string where = folder_.path("a/" + file) + ": ";
    const std::string text = message_of<Error>([&] { read(); });
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(std::min(text.size(), where.size()));
  }

  // The same with another value of one key.
  std::string message_with(const std::string& key, const json& value) {
    const json kept = config_;
    config_[key] = value;
    const std::string text = message();
    config_ = kept;
    return text;
  }

  static TensorMap tensors() {
    torch::manual_seed(3);
    const std::string second = "base_model.model.model.layers.1.self_attn.q_proj.";
    TensorMap made = {{kQProj + "router.router.weight", torch::randn({3, 8})},
                      {second + "router.router.weight", torch::randn({1, 8})},
                      {second + "lora_A_0.weight", torch::randn({2, 8})},
                      {second + "lora_B_0.weight", torch::randn({6, 2})}};
    for (const std::string e : {"0", "1", "2"}) {
      made[kQProj + "lora_A_" + e + ".weight"] = torch::randn({4, 8});
      made[kQProj + "lora_B_" + e + ".weight"] = torch::randn({6, 4});
    }
    return made;
  }

  TempFolder folder_;
  TensorMap tensors_ = tensors();
  json config_ = {{"peft_type", "LORA"},   {"task_type", "CAUSAL_LM"},    {"r", {4, 2}},
                  {"lora_alpha", 6},       {"lora_dropout", 0.1},         {"bias", "none"},
                  {"use_rslora", nullptr}, {"target_modules", {"q_proj"}}};
};

TEST_F(OfficialAdapter, TellsItsShapeByItsTensors) {
  const auto config = read();
  EXPECT_EQ(config.type, "mola");
  EXPECT_EQ(config.target_modules, std::vector<std::string>{"q_proj"});
  EXPECT_EQ(config.allocation.values, (std::map<std::string, List>{{"q_proj", {3, 1}}}));
  EXPECT_EQ(config.rank.values, (std::map<std::string, List>{{"q_proj", {4, 2}}}));
  EXPECT_EQ(config.top_k.values, (std::map<std::string, List>{{"q_proj", {2, 1}}}));
  EXPECT_EQ(config.alpha, 6);
  EXPECT_EQ(config.dropout, 0.1);
}

TEST_F(OfficialAdapter, IsLoadedWithoutItsIdleRouter) {
  auto model = reloaded_adapter(write());
  const auto& mixture = model->layers[0]->self_attn->qkv->mixtures[0];
  expect_same(mixture->router->weight, tensors_[kQProj + "router.router.weight"]);
  for (size_t e = 0; e < 3; ++e) {
    const std::string number = std::to_string(e) + ".weight";
    expect_same(mixture->experts[e]->lora_A, tensors_[kQProj + "lora_A_" + number]);
    expect_same(mixture->experts[e]->lora_B, tensors_[kQProj + "lora_B_" + number]);
  }
  EXPECT_TRUE(model->layers[1]->self_attn->qkv->mixtures[0]->router.is_empty());
}

TEST_F(OfficialAdapter, NeedsSafetensors) {
  folder_.write("a/adapter_config.json", config_.dump());
  const std::string pickle = folder_.write("a/adapter_model.bin", "");
  EXPECT_EQ(message_of<Error>([&] { read_adapter_config(folder_.path("a"), 2); }),
            pickle +
                ": is a pickle, expected adapter_model.safetensors; convert it with "
                "tools/convert_adapter.py");
  read();  // beside one it is passed over
  std::filesystem::remove(folder_.path("a/adapter_model.bin"));
  std::filesystem::remove(folder_.path("a/adapter_model.safetensors"));
  EXPECT_EQ(
      message_of<Error>([&] { read_adapter_config(folder_.path("a"), 2); }),
      folder_.path("a/adapter_model.safetensors") + ": cannot be read: No such file or directory");
  EXPECT_EQ(message_of<Error>([&] { read_adapter_config(folder_.path("none"), 2); }),
            "adapter " + folder_.path("none") + ": no such folder");
}

TEST_F(OfficialAdapter, OfAnotherModelIsRefused) {
  write();
  EXPECT_EQ(message_of<Error>([&] { read_adapter_config(folder_.path("a"), 3); }),
            folder_.path("a/adapter_config.json") +
                ": r: found a list of 2 numbers, expected 3, one for each layer of the model");
  config_["r"] = 4;
  write();
  EXPECT_EQ(message_of<Error>([&] { read_adapter_config(folder_.path("a"), 1); }),
            folder_.path("a/adapter_model.safetensors") +
                ": tensor 'base_model.model.model.layers.1.self_attn.q_proj.lora_A_0.weight': the "
                "model has only 1 layers");
}

TEST_F(OfficialAdapter, RefusesTensorsThatAreNone) {
  tensors_[kQProj + "lora_A_0.weight"] = torch::tensor(1.0f);
  EXPECT_EQ(message("adapter_model.safetensors"),
            "tensor '" + kQProj +
                "lora_A_0.weight' has the shape [], expected two dimensions, the first the rank");
  tensors_ = {
      {"base_model.model.model.layers.0.self_attn." + std::string(100000, 'q') + ".lora_A_0.weight",
       torch::ones({1, 1})}};
  EXPECT_EQ(message("adapter_model.safetensors"),
            "contains no tensor of a MoLA or LoRA adapter on a LLaMA");
}

TEST_F(OfficialAdapter, RefusesWhatIsNotComputed) {
  EXPECT_EQ(message_with("peft_type", "LOHA"),
            "peft_type: found 'LOHA', expected one of LORA, PROMPT_TUNING, ADAPTION_PROMPT "
            "(nearest: LORA)");
  EXPECT_EQ(message_with("peft_type", nullptr), "peft_type: is missing");
  EXPECT_EQ(message_with("use_dora", true), "use_dora: found true, which is not supported");
  EXPECT_EQ(message_with("use_rslora", true), "use_rslora: found true, which is not supported");
  EXPECT_EQ(message_with("trainable_token_indices", {5}),
            "trainable_token_indices: found [5], which is not supported");
  EXPECT_EQ(message_with("a_setting_of_tomorrow", "on"),
            "a_setting_of_tomorrow: found \"on\", which is not supported");
  EXPECT_EQ(message_with("bias", "all"), "bias: found 'all', expected 'none'");
  EXPECT_EQ(message_with("modules_to_save", {"lm_head"}),
            "modules_to_save: found [\"lm_head\"], which is not supported");
  EXPECT_EQ(message_with("alpha_pattern", {{"q_proj", 8}}),
            "alpha_pattern: found {\"q_proj\":8}, which is not supported");
  EXPECT_EQ(message_with("init_lora_weights", "pissa"),
            "init_lora_weights: found \"pissa\", expected true or 'gaussian'");
  EXPECT_EQ(message_with("lora_alpha", nullptr), "lora_alpha: is missing");
  EXPECT_EQ(message_with("lora_alpha", 0), "lora_alpha: found 0, expected a number above 0");
}

TEST_F(OfficialAdapter, MayNameSettingsThatAreOff) {
  config_.update({{"use_dora", false},
                  {"modules_to_save", nullptr},
                  {"alpha_pattern", {}},
                  {"a_setting_of_tomorrow", ""},
                  {"peft_version", "0.3.0"}});
  EXPECT_EQ(read().type, "mola");
}

TEST_F(OfficialAdapter, HasWhatItsConfigPromises) {
  const std::string second = "base_model.model.model.layers.1.self_attn.q_proj.lora_A_0.weight";
  tensors_[second] = torch::ones({3, 8});
  EXPECT_EQ(message("adapter_model.safetensors"),
            "tensor '" + second +
                "' has the shape [3,8], expected the rank 2 of "
                "adapter_config.json");
  tensors_.erase(second);
  EXPECT_EQ(message("adapter_model.safetensors"),
            "has no tensor '" + second +
                "', expected since adapter_config.json targets model.layers.1.self_attn.q_proj");
  tensors_ = tensors();
  config_["target_modules"] = {"q_proj", "up_proj"};
  EXPECT_EQ(message("adapter_model.safetensors"),
            "has no tensor 'base_model.model.model.layers.0.mlp.up_proj.lora_A_0.weight', expected "
            "since adapter_config.json targets model.layers.0.mlp.up_proj");
  config_["target_modules"] = {"v_proj"};
  EXPECT_EQ(message("adapter_model.safetensors"),
            "tensor '" + kQProj +
                "lora_A_0.weight' is not expected, since adapter_config.json does not target "
                "model.layers.0.self_attn.q_proj");
}

TEST_F(OfficialAdapter, MayNotHaveExpertsWithoutEnd) {
  for (int e = 0; e <= 4096; ++e) {
    tensors_[kQProj + "lora_A_" + std::to_string(e) + ".weight"] = torch::ones({4, 1});
  }
  EXPECT_EQ(message("adapter_model.safetensors"),
            "has more than 4096 experts for model.layers.0.self_attn.q_proj");
}

TEST_F(OfficialAdapter, SaysWhatIsWrongWithItsMolaObject) {
  const json good = {{"format_version", 1},
                     {"allocation", {3, 1}},
                     {"top_k", {2, 1}},
                     {"rank", {4, 2}},
                     {"target_modules", {"q_proj"}},
                     {"alpha", 6},
                     {"dropout", 0},
                     {"init", "gaussian"}};
  config_["mola"] = good;
  EXPECT_EQ(read().init, Init::kGaussian);
  for (const auto& [key, value] : good.items()) {
    config_["mola"] = good;
    config_["mola"].erase(key);
    EXPECT_EQ(message(), "mola." + key + ": is missing");
  }
  const auto message_with = [&](const std::string& key, const json& value) {
    config_["mola"] = good;
    config_["mola"][key] = value;
    return message();
  };
  EXPECT_EQ(message_with("format_version", 2),
            "mola.format_version: found 2, expected a whole number from 1 to 1");
  EXPECT_EQ(message_with("top_kk", 1),
            "mola.top_kk: unknown key, found with the value 1 (nearest valid key: mola.top_k)");
  EXPECT_EQ(message_with("top_k", {2, 2}),
            "mola.top_k: found 2 for layer 1 of q_proj, expected 1 to its 1 experts");
  EXPECT_EQ(message_with("top_k", 0),
            "mola.top_k: found 0 for layer 0 of q_proj, expected 1 to its 3 experts");
  EXPECT_EQ(message_with("rank", {4, 0}),
            "mola.rank: found 0 for layer 1 of q_proj, expected at least 1");
  EXPECT_EQ(message_with("rank", 65537),
            "mola.rank: found 65537, expected whole numbers from 0 to 65536");
  EXPECT_EQ(message_with("allocation", {3, -1}),
            "mola.allocation: found [3,-1], expected whole numbers from 0 to 4096");
  EXPECT_EQ(message_with("allocation", {{"k_proj", {3, 1}}}),
            "mola.allocation: has no q_proj, which is a target module");
  EXPECT_EQ(message_with("allocation", {{"q_proj", 3}, {"k_proj", 3}}),
            "mola.allocation: names projections that are not target modules");
  EXPECT_EQ(message_with("init", "zeros"),
            "mola.init: found 'zeros', expected one of kaiming, gaussian, pissa (nearest: pissa)");
  config_["mola"] = nullptr;
  EXPECT_EQ(message(), "mola.format_version: is missing");
}

// Of the values that both have, none is taken for the right one.
TEST_F(OfficialAdapter, MayNotContradictItsMolaObject) {
  config_["target_modules"] = {"v_proj", "q_proj"};  // in any order
  config_["mola"] = {{"format_version", 1}, {"allocation", {3, 1}},
                     {"top_k", {2, 1}},     {"rank", {4, 2}},
                     {"alpha", 6},          {"target_modules", {"q_proj", "v_proj"}},
                     {"dropout", 0},        {"init", "gaussian"}};
  EXPECT_EQ(read().alpha, 6);
  EXPECT_EQ(message_with("lora_alpha", 12), "lora_alpha: found 12, expected 6 as mola.alpha says");
  EXPECT_EQ(message_with("target_modules", {"q_proj", "k_proj"}),
            "target_modules: found [\"q_proj\",\"k_proj\"], expected [\"q_proj\",\"v_proj\"] as "
            "mola.target_modules says");
  EXPECT_EQ(message_with("peft_type", "LOHA"),
            "peft_type: found \"LOHA\", expected \"LORA\" as the object mola says");
}

TEST_F(OfficialAdapter, TakesItsTopKFromElsewhere) {
  write();
  const auto top_k = [&](const NumberOrList& unsaved) {
    return read_adapter_config(folder_.path("a"), 2, unsaved).top_k.values.at("q_proj");
  };
  EXPECT_EQ(top_k(3), (List{3, 1}));
  EXPECT_EQ(top_k(List{1, 1}), (List{1, 1}));
  AdapterSpec spec;
  spec.init_from = folder_.path("a");
  spec["top_k"] = 1;
  EXPECT_EQ(resolve_adapter(spec, 2).top_k.values.at("q_proj"), (List{1, 1}));
}

TEST_F(OfficialAdapter, IsWhatInitFromNames) {
  AdapterSpec spec;
  spec.init_from = write();
  spec["dropout"] = 0;
  const auto config = resolve_adapter(spec, 2);
  EXPECT_EQ(config.allocation.values.at("q_proj"), (List{3, 1}));
  EXPECT_EQ(config.dropout, 0);
  spec["alpha"] = 16;
  EXPECT_EQ(message_of<Error>([&] { resolve_adapter(spec, 2); }),
            "adapter.alpha: found 16, but the adapter of adapter.init_from has 6; remove the key");
}

}  // namespace
}  // namespace mola
