#include "adapters/expert_files.h"

#include <algorithm>
#include <regex>

#include "adapters/expert_settings.h"
#include "adapters/peft_targets.h"
#include "base/excerpt.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

const std::regex& expert_name() {
  static const std::regex kName(
      R"(base_model\.model\.(model\.layers\.(\d{1,6})\.(?:self_attn|mlp)\.(\w{1,32})))"
      R"(\.lora_A(_\d{1,6})?\.weight)");
  return kName;
}

// Throws unless the config promises the lora_A `name` of the module `path`, of this shape.
void check_promised(const SavedAdapter& saved, const PeftTargets& targets, const std::string& name,
                    const std::string& path, int64_t layer, const List& shape) {
  const std::string where = saved.tensors_path + ": tensor '" + excerpt(name) + "'";
  if (layer >= saved.num_layers) {
    fail(where, ": the model has only ", saved.num_layers, " layers");
  }
  if (!targets.contains(path, layer)) {
    fail(where, " is not expected, since adapter_config.json does not target ", path);
  }
  if (shape.size() != 2 || shape[0] < 1) {
    fail(where, " has the shape ", excerpt(json(shape).dump()),
         ", expected two dimensions, the first the rank");
  }
  const List ranks = targets.ranks(path, layer);
  if (std::find(ranks.begin(), ranks.end(), shape[0]) == ranks.end()) {
    fail(where, " has the shape ", excerpt(json(shape).dump()), ", expected the rank ", ranks[0],
         " of adapter_config.json");
  }
}

// Infers N and r of every projection from the names and shapes of its tensors.
void infer_from_tensors(const SavedAdapter& saved, const PeftTargets& targets,
                        AdapterConfig& config) {
  std::smatch parts;
  for (const auto& [name, shape] : saved.shapes()) {
    if (!std::regex_match(name, parts, expert_name())) continue;
    const int64_t layer = std::stoll(parts[2]);
    check_promised(saved, targets, name, parts[1], layer, shape);
    auto& experts = config.allocation.values[parts[3]];
    auto& ranks = config.rank.values[parts[3]];
    experts.resize(saved.num_layers, 0);
    ranks.resize(saved.num_layers, shape[0]);
    if (++experts[layer] > kMostExperts) {
      fail(saved.tensors_path, ": has more than ", kMostExperts, " experts for ", parts[1].str());
    }
    ranks[layer] = shape[0];
  }
  if (config.allocation.values.empty()) {
    fail(saved.tensors_path, ": contains no tensor of a MoLA or LoRA adapter on a LLaMA");
  }
}

// Throws for a projection that the config targets and that has no tensor.
void check_complete(const SavedAdapter& saved, const PeftTargets& targets,
                    const AdapterConfig& config) {
  const char* first = has_numbered_experts(saved) ? ".lora_A_0.weight" : ".lora_A.weight";
  for (int64_t layer = 0; layer < saved.num_layers; ++layer) {
    for (const auto& projection : all_projections()) {
      const std::string path = "model.layers." + std::to_string(layer) +
                               (in_self_attention(projection) ? ".self_attn." : ".mlp.") +
                               projection;
      if (config.allocation.at(projection, layer) > 0 || !targets.contains(path, layer)) continue;
      fail(saved.tensors_path, ": has no tensor 'base_model.model.", path, first,
           "', expected since adapter_config.json targets ", path);
    }
  }
}

// PEFT's key; true is kaiming. Other initializations may have changed the base model.
Init read_peft_init(const JsonReader& reader) {
  const json value = reader.any("init_lora_weights");
  if (value == "gaussian") return Init::kGaussian;
  if (!value.is_null() && !value.is_boolean()) {
    reader.refuse("init_lora_weights",
                  "found " + excerpt(value.dump()) + ", expected true or 'gaussian'");
  }
  return Init::kKaiming;
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
    return std::regex_match(tensor.first, parts, expert_name()) && parts[4].matched;
  });
}

AdapterConfig read_peft_experts(const SavedAdapter& saved) {
  const auto& reader = saved.reader;
  const auto alpha = positive();
  const auto dropout = share_below_one();
  AdapterConfig config;
  config.alpha =
      reader.require("lora_alpha", reader.number("lora_alpha", alpha.expected, alpha.is_valid));
  config.dropout = reader.number("lora_dropout", dropout.expected, dropout.is_valid).value_or(0.0);
  config.init = read_peft_init(reader);
  refuse_other(reader, "bias", "none");
  const PeftTargets targets(reader, saved.num_layers);
  refuse_unread(reader, {"ensure_weight_tying", "megatron_core", "qalora_group_size"});

  infer_from_tensors(saved, targets, config);
  check_complete(saved, targets, config);
  for (const auto& projection : all_projections()) {
    if (config.allocation.values.count(projection) > 0) {
      config.target_modules.push_back(projection);
    }
  }
  config.top_k = resolve_top_k(saved.unsaved_top_k, saved.num_layers, config.allocation);
  return config;
}

void refuse_unread(const JsonReader& reader, std::vector<std::string> without_effect) {
  for (const auto* key : {"auto_mapping", "base_model_name_or_path", "inference_mode",
                          "peft_version", "revision", "task_type"}) {
    without_effect.emplace_back(key);
  }
  static const json kOff = {nullptr, false, "", json::array(), json::object()};
  for (const auto& key : reader.unread_keys()) {
    const auto& others = without_effect;
    if (std::find(others.begin(), others.end(), key) != others.end()) continue;
    const json value = reader.any(key);
    if (std::find(kOff.begin(), kOff.end(), value) == kOff.end()) {
      reader.refuse(key, "found " + excerpt(value.dump()) + ", which is not supported");
    }
  }
}

void refuse_other(const JsonReader& reader, const std::string& key, const std::string& expected) {
  const auto found = reader.text(key).value_or(expected);
  if (found != expected) reader.refuse(key, "found '" + found + "', expected '" + expected + "'");
}

}  // namespace mola
