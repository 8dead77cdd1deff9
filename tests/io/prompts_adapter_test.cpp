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

const std::string kLayers = "base_model.model.model.layers.";

AdapterConfig prompt_tuning() {
  AdapterSpec spec;
  spec.type = "prompt_tuning";
  spec["num_virtual_tokens"] = 3;
  return resolve(spec, 2);
}

AdapterConfig llama_adapter() {
  AdapterSpec spec;
  spec.type = "llama_adapter";
  spec["adapter_len"] = 3;
  spec["adapter_layers"] = 1;
  return resolve(spec, 2);
}

std::map<std::string, std::vector<int64_t>> shapes_in(const std::string& path) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, tensor] : load_safetensors(path)) shapes[name] = tensor.sizes().vec();
  return shapes;
}

// What is trained of `model`, by the names of its modules.
TensorMap trained(const Llama& model) {
  TensorMap tensors;
  for (const auto& item : model->named_parameters()) {
    if (item.value().requires_grad()) tensors[item.key()] = item.value();
  }
  return tensors;
}

TEST(PromptsAdapter, HasPeftsNamesForPromptTuning) {
  const TempFolder folder;
  auto model = tiny_model(prompt_tuning());
  save_adapter(model, folder.path());
  EXPECT_EQ(shapes_in(folder.path("adapter_model.safetensors")),
            (std::map<std::string, std::vector<int64_t>>{{"prompt_embeddings", {3, 8}}}));
  EXPECT_EQ(read_json(folder.path("adapter_config.json")),
            (json{{"peft_type", "PROMPT_TUNING"},
                  {"task_type", "CAUSAL_LM"},
                  {"base_model_name_or_path", nullptr},
                  {"num_virtual_tokens", 3},
                  {"token_dim", 8},
                  {"num_transformer_submodules", 1},
                  {"num_attention_heads", 3},
                  {"num_layers", 2},
                  {"prompt_tuning_init", "RANDOM"}}));
}

TEST(PromptsAdapter, HasPeftsNamesForLlamaAdapter) {
  const TempFolder folder;
  auto model = tiny_model(llama_adapter());
  save_adapter(model, folder.path());
  EXPECT_EQ(shapes_in(folder.path("adapter_model.safetensors")),
            (std::map<std::string, std::vector<int64_t>>{
                {kLayers + "1.self_attn.adaption_prompt", {1, 3, 8}},
                {kLayers + "1.self_attn.adaption_gate", {1}}}));
  EXPECT_EQ(read_json(folder.path("adapter_config.json")),
            (json{{"peft_type", "ADAPTION_PROMPT"},
                  {"task_type", "CAUSAL_LM"},
                  {"base_model_name_or_path", nullptr},
                  {"adapter_len", 3},
                  {"adapter_layers", 1},
                  {"target_modules", nullptr}}));
}

TEST(PromptsAdapter, IsTheSameAfterSavingAndLoading) {
  for (const auto& config : {prompt_tuning(), llama_adapter()}) {
    const TempFolder folder;
    auto model = tiny_model(config);
    save_adapter(model, folder.path("a"));
    auto again = reloaded_adapter(folder.path("a"));
    EXPECT_EQ(again->adapter.type, config.type);
    EXPECT_EQ(again->adapter.num_virtual_tokens, config.num_virtual_tokens);
    EXPECT_EQ(again->adapter.adapter_len, config.adapter_len);
    EXPECT_EQ(again->adapter.adapter_layers, config.adapter_layers);
    const auto found = trained(again);
    const auto expected = trained(model);
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);
  }
}

TEST(PromptsAdapter, OfPeftIsSavedAsItWasRead) {
  const std::map<std::string, std::string> bases = {{"prompt_tuning", "llama/gqa"},
                                                    {"llama_adapter", "llama/tied"}};
  for (const auto& [name, base] : bases) {
    const TempFolder folder;
    auto model = load_pretrained(reference(base), reference(name));
    save_adapter(model, folder.path("a"));
    const auto found = load_safetensors(folder.path("a/adapter_model.safetensors"));
    const auto expected = load_safetensors(reference(name + "/adapter_model.safetensors"));
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [tensor, value] : expected) expect_same(found.at(tensor), value, tensor);
    const json saved = read_json(folder.path("a/adapter_config.json"));
    const json peft = read_json(reference(name + "/adapter_config.json"));
    for (const auto& [key, value] : saved.items()) {
      if (value.is_null()) continue;
      EXPECT_EQ(value, peft.at(key)) << key;
    }
  }
}

// The folder of an adapter whose config is changed before it is read for a model of two layers.
class PromptsConfig : public testing::Test {
 protected:
  std::string message_with(const AdapterConfig& adapter, const std::string& key,
                           const json& value) {
    const TempFolder folder;
    auto model = tiny_model(adapter);
    save_adapter(model, folder.path("a"));
    const std::string path = folder.path("a/adapter_config.json");
    json config = read_json(path);
    config[key] = value;
    folder.write("a/adapter_config.json", config.dump());
    const std::string text = message_of<Error>([&] { read_adapter_config(folder.path("a"), 2); });
    EXPECT_EQ(text.substr(0, path.size() + 2), path + ": ");
    return text.substr(std::min(text.size(), path.size() + 2));
  }
};

TEST_F(PromptsConfig, RefusesWhatIsNotComputed) {
  EXPECT_EQ(message_with(prompt_tuning(), "num_virtual_tokens", nullptr),
            "num_virtual_tokens: is missing");
  EXPECT_EQ(message_with(prompt_tuning(), "num_virtual_tokens", 0),
            "num_virtual_tokens: found 0, expected a whole number from 1 to 4096");
  EXPECT_EQ(message_with(prompt_tuning(), "num_transformer_submodules", 2),
            "num_transformer_submodules: found 2, expected a whole number from 1 to 1");
  EXPECT_EQ(message_with(prompt_tuning(), "num_layers", 3),
            "num_layers: found 3, expected a whole number from 2 to 2");
  EXPECT_EQ(message_with(prompt_tuning(), "modules_to_save", {"lm_head"}),
            "modules_to_save: found [\"lm_head\"], which is not supported");
  EXPECT_EQ(message_with(llama_adapter(), "adapter_len", nullptr), "adapter_len: is missing");
  EXPECT_EQ(message_with(llama_adapter(), "adapter_layers", 3),
            "adapter_layers: found 3, expected a whole number from 1 to 2");
  EXPECT_EQ(message_with(llama_adapter(), "target_modules", "mlp"),
            "target_modules: found 'mlp', expected 'self_attn'");
}

TEST(PromptsAdapter, OfAnotherModelIsRefused) {
  const TempFolder folder;
  auto model = tiny_model(llama_adapter());
  save_adapter(model, folder.path("a"));
  auto wider = tiny_llama_config();
  wider.hidden_size = 10;
  EXPECT_EQ(message_of<Error>([&] { reloaded_adapter(folder.path("a"), wider); }),
            folder.path("a/adapter_model.safetensors") + ": tensor '" + kLayers +
                "1.self_attn.adaption_prompt' has the shape [1, 3, 8], expected [1, 3, 10]");
  auto elsewhere = build_llama(tiny_llama_config(), prompt_tuning());
  EXPECT_EQ(message_of<Error>([&] { load_adapter(elsewhere, folder.path("a")); }),
            folder.path("a/adapter_model.safetensors") +
                ": has no tensor 'prompt_embeddings' (nearest: '" + kLayers +
                "1.self_attn.adaption_gate')");
}

TEST(PromptsAdapter, RefusesATextToStartFromBesideASavedOne) {
  const TempFolder folder;
  auto model = tiny_model(prompt_tuning());
  save_adapter(model, folder.path("a"));
  AdapterSpec spec;
  spec.init_from = folder.path("a");
  EXPECT_EQ(resolve_adapter(spec, 2).num_virtual_tokens, 3);
  spec["init_text"] = "a bc";
  EXPECT_EQ(message_of<Error>([&] { resolve_adapter(spec, 2); }),
            "adapter.init_text: the adapter of adapter.init_from already has its virtual tokens; "
            "remove the key");
}

}  // namespace
}  // namespace mola
