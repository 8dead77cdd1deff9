#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/io/adapter.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using nlohmann::json;

// PEFT takes a pattern's key as the end of a module's path.
std::map<std::string, int64_t> rank_pattern(const json& config) {
  std::map<std::string, int64_t> pattern;
  for (const auto& [key, rank] : config["rank_pattern"].items()) {
    pattern[key.substr(key.find("layers."))] = rank;
  }
  return pattern;
}

TEST(LoraAdapter, OfPeftIsSavedAsItWasRead) {
  const TempFolder folder;
  auto model = load_pretrained(reference("llama/gqa"), reference("lora"));
  EXPECT_EQ(model->adapter.type, "lora");
  EXPECT_EQ(model->adapter.rank.at("q_proj", 0), 4);
  EXPECT_EQ(model->adapter.rank.at("q_proj", 1), 2);
  save_adapter(model, folder.path("a"));

  const auto found = load_safetensors(folder.path("a/adapter_model.safetensors"));
  const auto expected = load_safetensors(reference("lora/adapter_model.safetensors"));
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);

  const json saved = read_json(folder.path("a/adapter_config.json"));
  const json peft = read_json(reference("lora/adapter_config.json"));
  for (const auto& [key, value] : saved.items()) {
    if (key == "base_model_name_or_path" || key == "rank_pattern") continue;
    EXPECT_EQ(value, peft.at(key)) << key;
  }
  EXPECT_EQ(rank_pattern(saved), rank_pattern(peft));
}

TEST(LoraAdapter, HasPeftsNames) {
  const TempFolder folder;
  AdapterSpec spec;
  spec.type = "lora";
  spec["target_modules"] = std::vector<std::string>{"v_proj", "down_proj"};
  spec["rank"] = 3;
  auto model = tiny_model(resolve(spec, 2));
  save_adapter(model, folder.path());
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, tensor] : load_safetensors(folder.path("adapter_model.safetensors"))) {
    shapes[name] = tensor.sizes().vec();
  }
  const std::string layers = "base_model.model.model.layers.";
  EXPECT_EQ(shapes, (std::map<std::string, std::vector<int64_t>>{
                        {layers + "0.self_attn.v_proj.lora_A.weight", {3, 8}},
                        {layers + "0.self_attn.v_proj.lora_B.weight", {2, 3}},
                        {layers + "0.mlp.down_proj.lora_A.weight", {3, 12}},
                        {layers + "0.mlp.down_proj.lora_B.weight", {8, 3}},
                        {layers + "1.self_attn.v_proj.lora_A.weight", {3, 8}},
                        {layers + "1.self_attn.v_proj.lora_B.weight", {2, 3}},
                        {layers + "1.mlp.down_proj.lora_A.weight", {3, 12}},
                        {layers + "1.mlp.down_proj.lora_B.weight", {8, 3}}}));
  const json config = read_json(folder.path("adapter_config.json"));
  EXPECT_EQ(config["r"], 3);
  EXPECT_EQ(config["rank_pattern"], json::object());
  EXPECT_EQ(config["target_modules"], (json{"v_proj", "down_proj"}));
  EXPECT_FALSE(config.contains("mola"));
}

TEST(LoraAdapter, IsTheSameAfterSavingAndLoading) {
  const TempFolder folder;
  AdapterSpec spec;
  spec.type = "lora";
  spec["rank"] = std::vector<int64_t>{2, 5};
  spec["alpha"] = 4;
  spec["dropout"] = 0.5;
  spec["init"] = "gaussian";
  auto model = tiny_model(resolve(spec, 2));
  save_adapter(model, folder.path("a"));
  auto again = reloaded_adapter(folder.path("a"));
  EXPECT_EQ(again->adapter.type, "lora");
  EXPECT_EQ(again->adapter.target_modules, all_projections());
  EXPECT_EQ(again->adapter.allocation, model->adapter.allocation);
  EXPECT_EQ(again->adapter.top_k, model->adapter.top_k);
  EXPECT_EQ(again->adapter.rank, model->adapter.rank);
  EXPECT_EQ(again->adapter.alpha, 4);
  EXPECT_EQ(again->adapter.dropout, 0.5);
  EXPECT_EQ(again->adapter.init, Init::kGaussian);
  const auto found = adapter_tensors(again);
  for (const auto& [name, tensor] : adapter_tensors(model))
    expect_same(found.at(name), tensor, name);
}

// PEFT's adapter without the tensors of some modules, and `settings` in its config.
std::string peft_adapter_without(const TempFolder& folder, const std::string& modules,
                                 const json& settings) {
  auto tensors = load_safetensors(reference("lora/adapter_model.safetensors"));
  for (auto tensor = tensors.begin(); tensor != tensors.end();) {
    const bool is_left_out = tensor->first.find(modules) != std::string::npos;
    tensor = is_left_out ? tensors.erase(tensor) : std::next(tensor);
  }
  json config = read_json(reference("lora/adapter_config.json"));
  for (const auto& [key, value] : settings.items()) config[key] = value;
  folder.write("a/adapter_config.json", config.dump());
  save_safetensors(folder.path("a/adapter_model.safetensors"), tensors);
  return folder.path("a");
}

TEST(LoraAdapter, LacksNothingThatItsConfigPromises) {
  const TempFolder folder;
  const auto path = peft_adapter_without(folder, "layers.1.mlp.up_proj.", {});
  EXPECT_EQ(message_of<Error>([&] { load_pretrained(reference("llama/gqa"), path); }),
            path +
                "/adapter_model.safetensors: has no tensor "
                "'base_model.model.model.layers.1.mlp.up_proj.lora_A.weight', expected since "
                "adapter_config.json targets model.layers.1.mlp.up_proj");
  peft_adapter_without(folder, "layers.1.mlp.up_proj.lora_B", {});
  EXPECT_NE(message_of<Error>([&] {
              load_pretrained(reference("llama/gqa"), path);
            }).find("has no tensor 'base_model.model.model.layers.1.mlp.up_proj.lora_B.weight'"),
            std::string::npos);
}

TEST(LoraAdapter, OfSomeLayersIsSavedAsSuch) {
  const TempFolder folder;
  const auto path = peft_adapter_without(
      folder, "layers.1.",
      {{"layers_to_transform", {0}}, {"target_modules", R"(.*\.(self_attn|mlp)\..*_proj)"}});
  auto model = load_pretrained(reference("llama/gqa"), path);
  EXPECT_EQ(model->adapter.allocation.values.at("up_proj"), (std::vector<int64_t>{1, 0}));
  save_adapter(model, folder.path("b"));
  const json targets = read_json(folder.path("b/adapter_config.json"))["target_modules"];
  ASSERT_EQ(targets.size(), 7u);
  EXPECT_EQ(targets[0], "layers.0.self_attn.q_proj");
  EXPECT_EQ(read_adapter_config(folder.path("b"), 2).allocation, model->adapter.allocation);
}

TEST(LoraAdapter, OfAnotherModelIsRefused) {
  EXPECT_EQ(message_of<Error>([] { load_pretrained(reference("llama/tied"), reference("lora")); }),
            reference("lora/adapter_model.safetensors") +
                ": tensor 'base_model.model.model.layers.0.self_attn.o_proj.lora_A.weight' has the "
                "shape [4, 64], expected [4, 32]");
}

}  // namespace
}  // namespace mola
