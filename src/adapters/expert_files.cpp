#include "adapters/expert_files.h"

#include <algorithm>
#include <regex>

#include "adapters/expert_settings.h"
#include "adapters/per_layer.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

const std::regex& expert_name() {
  static const std::regex kName(
      R"(base_model\.model\.model\.layers\.(\d{1,6})\.(?:self_attn|mlp)\.(\w{1,32})\.lora_A(_\d{1,6})?\.weight)");
  return kName;
}

// Infers N and r of every projection from the names and shapes of its tensors.
void infer_from_tensors(const SavedAdapter& saved, AdapterConfig& config) {
  std::smatch parts;
  for (const auto& [name, shape] : saved.shapes()) {
    if (!std::regex_match(name, parts, expert_name())) continue;
    const int64_t layer = std::stoll(parts[1]);
    if (layer >= saved.num_layers) {
      fail(saved.tensors_path, ": tensor '", name, "': the model has only ", saved.num_layers,
           " layers");
    }
    if (shape.size() != 2 || shape[0] < 1) {
      fail(saved.tensors_path, ": tensor '", name, "' has the shape ", json(shape).dump(),
           ", expected two dimensions, the first the rank");
    }
    auto& experts = config.allocation.values[parts[2]];
    auto& ranks = config.rank.values[parts[2]];
    experts.resize(saved.num_layers, 0);
    ranks.resize(saved.num_layers, shape[0]);
    ++experts[layer];
    ranks[layer] = shape[0];
  }
  if (config.allocation.values.empty()) {
    fail(saved.tensors_path, ": contains no tensor of a MoLA or LoRA adapter on a LLaMA");
  }
}

// Refuses settings that are not supported and that change the computation if they are true.
void refuse_flags(const JsonReader& reader, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    if (reader.boolean(key).value_or(false)) reader.refuse(key, "found true, expected false");
  }
}

// PEFT's key; true is kaiming. Other initializations may have changed the base model.
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

}  // namespace

nlohmann::ordered_json experts_json(const AdapterConfig& config) {
  return {{"peft_type", "LORA"},
          {"bias", "none"},
          {"fan_in_fan_out", false},
          {"lora_alpha", number_json(config.alpha)},
          {"lora_dropout", number_json(config.dropout)},
          {"target_modules", config.target_modules}};
}

bool is_peft_lora(const SavedAdapter& saved) { return saved.reader.any("peft_type") == "LORA"; }

bool has_numbered_experts(const SavedAdapter& saved) {
  const auto shapes = saved.shapes();
  return std::any_of(shapes.begin(), shapes.end(), [](const auto& tensor) {
    std::smatch parts;
    return std::regex_match(tensor.first, parts, expert_name()) && parts[3].matched;
  });
}

AdapterConfig read_peft_experts(const SavedAdapter& saved) {
  const auto& reader = saved.reader;
  refuse_flags(reader, {"use_rslora", "use_dora", "fan_in_fan_out", "lora_bias"});
  refuse_settings(reader, {"alpha_pattern", "modules_to_save", "layer_replication",
                           "alora_invocation_tokens", "arrow_config"});
  refuse_other(reader, "bias", "none");
  check_num_layers(reader, saved.num_layers);

  AdapterConfig config;
  infer_from_tensors(saved, config);
  for (const auto& projection : all_projections()) {
    if (config.allocation.values.count(projection) > 0) {
      config.target_modules.push_back(projection);
    }
  }
  config.top_k = resolve_top_k(saved.unsaved_top_k, saved.num_layers, config.allocation);
  const auto alpha = positive();
  const auto dropout = share_below_one();
  config.alpha =
      reader.require("lora_alpha", reader.number("lora_alpha", alpha.expected, alpha.is_valid));
  config.dropout = reader.number("lora_dropout", dropout.expected, dropout.is_valid).value_or(0.0);
  config.init = read_peft_init(reader);
  return config;
}

void refuse_settings(const JsonReader& reader, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    const json value = reader.any(key);
    if (!value.empty()) reader.refuse(key, "found " + value.dump() + ", which is not supported");
  }
}

void refuse_other(const JsonReader& reader, const std::string& key, const std::string& expected) {
  const auto found = reader.text(key).value_or(expected);
  if (found != expected) reader.refuse(key, "found '" + found + "', expected '" + expected + "'");
}

}  // namespace mola
