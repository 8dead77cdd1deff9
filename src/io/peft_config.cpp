#include "io/peft_config.h"

#include <regex>

#include "config/adapter_keys.h"
#include "io/adapter_format.h"
#include "io/layer_list.h"
#include "mola/error.h"

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

// Settings that change what the adapter computes and that we do not compute.
void refuse_unsupported(const JsonReader& reader) {
  for (const auto* key : {"use_rslora", "use_dora", "fan_in_fan_out", "lora_bias"}) {
    if (reader.boolean(key).value_or(false)) reader.refuse(key, "found true, expected false");
  }
  for (const auto* key : {"alpha_pattern", "modules_to_save"}) {
    const json value = reader.any(key);
    if (!value.empty()) reader.refuse(key, "found " + value.dump() + ", which is not supported");
  }
  const auto bias = reader.text("bias").value_or("none");
  if (bias != "none") reader.refuse("bias", "found '" + bias + "', expected 'none'");
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
    read_layer_list(reader, "r", reader.any("r"), num_layers, kHighestRank);
  }
}

}  // namespace

AdapterConfig read_peft_config(const JsonReader& reader, const std::string& folder,
                               int64_t num_layers, const NumberOrList& unsaved_top_k) {
  const auto peft_type = reader.required_text("peft_type");
  if (peft_type != "LORA") reader.refuse("peft_type", "found '" + peft_type + "', expected 'LORA'");
  refuse_unsupported(reader);
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

}  // namespace mola
