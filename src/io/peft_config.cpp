#include "io/peft_config.h"

#include <regex>

#include "config/adapter_keys.h"
#include "io/adapter_format.h"
#include "io/layer_list.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

// Takes N and r of every projection from the names and shapes of its tensors.
void infer_from_tensors(const SafetensorsFile& file, int64_t num_layers, AdapterConfig& config) {
  static const std::regex kExpertName(
      R"(base_model\.model\.model\.layers\.(\d{1,6})\.(?:self_attn|mlp)\.(\w{1,32})\.lora_A(_\d{1,6})?\.weight)");
  std::smatch parts;
  for (const auto& [name, entry] : file.entries()) {
    if (!std::regex_match(name, parts, kExpertName)) continue;
    const int64_t layer = std::stoll(parts[1]);
    if (layer >= num_layers) {
      fail(file.path(), ": tensor '", name, "': the model has only ", num_layers, " layers");
    }
    if (entry.shape.size() != 2 || entry.shape[0] < 1) {
      fail(file.path(), ": tensor '", name, "' has the shape ", json(entry.shape).dump(),
           ", expected one of two numbers, the first the rank");
    }
    config.type = parts[3].matched ? AdapterType::kMola : AdapterType::kLora;
    auto& experts = config.allocation.values[parts[2]];
    auto& ranks = config.rank.values[parts[2]];
    experts.resize(num_layers, 0);
    ranks.resize(num_layers, entry.shape[0]);
    ++experts[layer];
    ranks[layer] = entry.shape[0];
  }
  if (config.allocation.values.empty()) {
    fail(file.path(), ": holds no tensor of a MoLA or LoRA adapter on a LLaMA");
  }
}

// Settings that change what the adapter computes and that we do not compute, if they are true;
void refuse_flags(const JsonReader& reader, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    if (reader.boolean(key).value_or(false)) reader.refuse(key, "found true, expected false");
  }
}

// if there is anything in them;
void refuse_settings(const JsonReader& reader, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    const json value = reader.any(key);
    if (!value.empty()) reader.refuse(key, "found " + value.dump() + ", which is not supported");
  }
}

// or if they are given and something else.
void refuse_other(const JsonReader& reader, const std::string& key, const std::string& expected) {
  const auto found = reader.text(key).value_or(expected);
  if (found != expected) reader.refuse(key, "found '" + found + "', expected '" + expected + "'");
}

// PEFT's key; true is kaiming. Other ways to start may have changed the base model.
Init read_peft_init(const JsonReader& reader) {
  const json value = reader.any("init_lora_weights");
  if (value == "gaussian") return Init::kGaussian;
  if (!value.is_null() && !value.is_boolean()) {
    reader.refuse("init_lora_weights", "found " + value.dump() + ", expected true or 'gaussian'");
  }
  return Init::kKaiming;
}

// The official code has one rank for each layer of its model.
void check_num_layers(const JsonReader& reader, int64_t num_layers) {
  const auto ranks = reader.number_or_list("r");
  if (ranks && std::holds_alternative<List>(*ranks)) {
    read_per_layer(reader, "r", reader.any("r"), num_layers, kHighestRank);
  }
}

AdapterConfig read_lora(const JsonReader& reader, const std::string& folder, int64_t num_layers,
                        const NumberOrList& unsaved_top_k) {
  refuse_flags(reader, {"use_rslora", "use_dora", "fan_in_fan_out", "lora_bias"});
  refuse_settings(reader, {"alpha_pattern", "modules_to_save", "layer_replication",
                           "alora_invocation_tokens", "arrow_config"});
  refuse_other(reader, "bias", "none");
  check_num_layers(reader, num_layers);

  AdapterConfig config;
  infer_from_tensors(SafetensorsFile(adapter_tensors_path(folder)), num_layers, config);
  for (const auto& projection : all_projections()) {
    if (config.allocation.values.count(projection) > 0) {
      config.target_modules.push_back(projection);
    }
  }
  config.top_k = resolve_top_k(unsaved_top_k, num_layers, config.allocation);
  config.alpha = reader.require("lora_alpha", read_alpha(reader, "lora_alpha"));
  config.dropout = read_dropout(reader, "lora_dropout").value_or(0.0);
  config.init = read_peft_init(reader);
  return config;
}

AdapterConfig read_prompt_tuning(const JsonReader& reader, int64_t num_layers) {
  refuse_settings(reader, {"modules_to_save"});
  reader.integer("num_transformer_submodules", 1, 1);
  reader.integer("num_layers", num_layers, num_layers);
  AdapterConfig config;
  config.type = AdapterType::kPromptTuning;
  config.num_virtual_tokens =
      reader.require("num_virtual_tokens", reader.integer("num_virtual_tokens", 1, kLongestPrompt));
  return config;
}

AdapterConfig read_llama_adapter(const JsonReader& reader, int64_t num_layers) {
  refuse_other(reader, "target_modules", "self_attn");
  AdapterConfig config;
  config.type = AdapterType::kLlamaAdapter;
  config.adapter_len =
      reader.require("adapter_len", reader.integer("adapter_len", 1, kLongestPrompt));
  config.adapter_layers =
      reader.require("adapter_layers", reader.integer("adapter_layers", 1, num_layers));
  return config;
}

}  // namespace

AdapterConfig read_peft_config(const JsonReader& reader, const std::string& folder,
                               int64_t num_layers, const NumberOrList& unsaved_top_k) {
  const auto type = reader.require(
      "peft_type", reader.choice("peft_type", {"LORA", "PROMPT_TUNING", "ADAPTION_PROMPT"}));
  if (type == "PROMPT_TUNING") return read_prompt_tuning(reader, num_layers);
  if (type == "ADAPTION_PROMPT") return read_llama_adapter(reader, num_layers);
  return read_lora(reader, folder, num_layers, unsaved_top_k);
}

}  // namespace mola
