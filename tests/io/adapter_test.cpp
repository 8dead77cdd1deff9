#include "mola/io/adapter.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

AdapterSpec spec_of(const std::string& allocation) {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  return spec;
}

void expect_same_config(const AdapterConfig& found, const AdapterConfig& expected) {
  EXPECT_EQ(found.type, expected.type);
  EXPECT_EQ(found.target_modules, expected.target_modules);
  EXPECT_EQ(found.allocation, expected.allocation);
  EXPECT_EQ(found.top_k, expected.top_k);
  EXPECT_EQ(found.rank, expected.rank);
  EXPECT_EQ(found.alpha, expected.alpha);
  EXPECT_EQ(found.dropout, expected.dropout);
  EXPECT_EQ(found.init, expected.init);
}

void expect_round_trip(const AdapterSpec& spec) {
  const TempFolder folder;
  auto model = tiny_model(resolve(spec, 2));
  save_adapter(model, folder.path("a"));
  expect_same_config(read_adapter_config(folder.path("a"), 2), model->adapter);
  auto again = reloaded_adapter(folder.path("a"));
  const auto found = adapter_tensors(again);
  const auto expected = adapter_tensors(model);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);
}

// On q_proj alone: 2 experts in the layer 0, 1 in the layer 1.
Llama small_model() {
  AdapterSpec spec = spec_of("21");
  spec["target_modules"] = std::vector<std::string>{"q_proj"};
  spec["rank"] = List{3, 4};
  spec["alpha"] = 6;
  spec["dropout"] = 0.25;
  return tiny_model(resolve(spec, 2));
}

TEST(Adapter, IsTheSameAfterSavingAndLoading) { expect_round_trip(spec_of("23")); }

TEST(Adapter, KeepsUnequalExpertsNoneAndOne) {
  AdapterSpec spec = spec_of(R"({"q_proj": [2, 3], "k_proj": [0, 1], "v_proj": "1",
                                 "o_proj": [3, 0], "gate_proj": "4", "up_proj": "0",
                                 "down_proj": [1, 5]})");
  spec["top_k"] = 3;  // clamped, so it differs as well
  expect_round_trip(spec);
}

TEST(Adapter, KeepsListsAndSettings) {
  AdapterSpec spec = spec_of("34");
  spec["top_k"] = List{1, 3};
  spec["rank"] = List{2, 5};
  spec["alpha"] = 4.5;
  spec["dropout"] = 0.125;
  spec["init"] = "gaussian";
  spec["target_modules"] = std::vector<std::string>{"v_proj", "down_proj"};
  expect_round_trip(spec);
}

TEST(Adapter, HasTheOfficialNames) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  std::map<std::string, List> shapes;
  for (const auto& [name, tensor] : load_safetensors(folder.path("a/adapter_model.safetensors"))) {
    shapes[name] = tensor.sizes().vec();
  }
  const std::string layers = "base_model.model.model.layers.";
  EXPECT_EQ(shapes, (std::map<std::string, List>{
                        {layers + "0.self_attn.q_proj.lora_A_0.weight", {3, 8}},
                        {layers + "0.self_attn.q_proj.lora_A_1.weight", {3, 8}},
                        {layers + "0.self_attn.q_proj.lora_B_0.weight", {6, 3}},
                        {layers + "0.self_attn.q_proj.lora_B_1.weight", {6, 3}},
                        {layers + "0.self_attn.q_proj.router.router.weight", {2, 8}},
                        {layers + "1.self_attn.q_proj.lora_A_0.weight", {4, 8}},
                        {layers + "1.self_attn.q_proj.lora_B_0.weight", {6, 4}}}));
}

TEST(Adapter, SaysInItsConfigHowToRebuildIt) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  EXPECT_EQ(read_json(folder.path("a/adapter_config.json")), json::parse(R"({
      "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": null,
      "bias": "none", "fan_in_fan_out": false, "r": [3, 4], "lora_alpha": 6, "lora_dropout": 0.25,
      "target_modules": ["q_proj"],
      "mola": {"format_version": 1, "allocation": [2, 1], "top_k": [2, 1], "rank": [3, 4],
               "alpha": 6, "dropout": 0.25, "target_modules": ["q_proj"], "init": "kaiming"}})"));
  // Whole numbers as other tools write them.
  EXPECT_NE(folder.read("a/adapter_config.json").find("\"lora_alpha\": 6,"), std::string::npos);
}

TEST(Adapter, ReplacesAnOlderOne) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  const std::string first = folder.read("a/adapter_model.safetensors");
  save_adapter(model, folder.path("a"));
  EXPECT_EQ(folder.read("a/adapter_model.safetensors"), first);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.zero_();
  save_adapter(model, folder.path("a"));
  EXPECT_NE(folder.read("a/adapter_model.safetensors"), first);
}

TEST(Adapter, LeavesTheOldOneWhereSavingFails) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  const std::string config = folder.read("a/adapter_config.json");
  const std::string tensors = folder.read("a/adapter_model.safetensors");

  auto& lora_A = model->layers[1]->self_attn->qkv->mixtures[0]->experts[0]->lora_A;
  lora_A.set_data(lora_A.to(torch::kDouble));  // a dtype that no file of ours holds
  EXPECT_NE(message_of<Error>([&] { save_adapter(model, folder.path("a")); }).find("found Double"),
            std::string::npos);
  EXPECT_EQ(folder.read("a/adapter_config.json"), config);
  EXPECT_EQ(folder.read("a/adapter_model.safetensors"), tensors);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

// A saved small_model whose tensors `change` has changed.
std::string message_of_loading(const std::function<void(TensorMap&)>& change) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  const std::string file = folder.path("a/adapter_model.safetensors");
  auto tensors = load_safetensors(file);
  change(tensors);
  save_safetensors(file, tensors);
  const std::string text = message_of<Error>([&] { load_adapter(model, folder.path("a")); });
  EXPECT_EQ(text.substr(0, file.size() + 2), file + ": ");
  return text.substr(std::min(text.size(), file.size() + 2));
}

TEST(Adapter, NamesTheTensorThatDoesNotFit) {
  const std::string q_proj = "base_model.model.model.layers.0.self_attn.q_proj.";
  EXPECT_EQ(
      message_of_loading([&](auto& tensors) { tensors.erase(q_proj + "lora_B_1.weight"); }),
      "has no tensor '" + q_proj + "lora_B_1.weight' (nearest: '" + q_proj + "lora_A_1.weight')");
  EXPECT_EQ(message_of_loading([&](auto& tensors) {
              tensors[q_proj + "lora_A_0.weight"] = torch::ones({3, 16});
            }),
            "tensor '" + q_proj + "lora_A_0.weight' has the shape [3, 16], expected [3, 8]");
  EXPECT_EQ(message_of_loading([&](auto& tensors) {
              tensors[q_proj + "lora_A_2.weight"] = torch::ones({3, 8});
            }),
            "tensor '" + q_proj + "lora_A_2.weight' has no place in this model's adapter");
}

TEST(Adapter, OfAnotherModelIsRefused) {
  const TempFolder folder;
  auto model = small_model();
  save_adapter(model, folder.path("a"));
  auto wider = tiny_llama_config();
  wider.hidden_size = 16;
  EXPECT_EQ(message_of<Error>([&] { reloaded_adapter(folder.path("a"), wider); }),
            folder.path("a/adapter_model.safetensors") +
                ": tensor 'base_model.model.model.layers.0.self_attn.q_proj.lora_A_0.weight' has "
                "the shape [3, 8], expected [3, 16]");
  auto deeper = tiny_llama_config();
  deeper.num_hidden_layers = 3;
  EXPECT_EQ(message_of<Error>([&] { reloaded_adapter(folder.path("a"), deeper); }),
            folder.path("a/adapter_config.json") +
                ": mola.allocation: found a list of 2 numbers, expected 3, one for each layer of "
                "the model");
}

}  // namespace
}  // namespace mola
