#include "mola/io/adapter_config_file.h"

#include <algorithm>
#include <regex>

#include "config/adapter_keys.h"
#include "config/json_file.h"
#include "config/json_reader.h"
#include "io/adapter_format.h"
#include "mola/error.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

constexpr int64_t kFormatVersion = 1;

std::vector<std::string> target_modules_in(const JsonReader& reader) {
  AdapterSpec spec;
  spec.target_modules = reader.require("target_modules", reader.text_list("target_modules"));
  spec.allocation = "1";
  return resolve(spec, 1).target_modules;  // checked and in order
}

List read_layers(const JsonReader& reader, const std::string& key, const json& value,
                 int64_t num_layers, int64_t most) {
  const auto fits = [&](const json& item) {
    return is_whole_number(item) && item.get<int64_t>() >= 0 && item.get<int64_t>() <= most;
  };
  if (fits(value)) return List(static_cast<size_t>(num_layers), value.get<int64_t>());
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), fits)) {
    reader.refuse(key, "found " + value.dump() + ", expected whole numbers from 0 to " +
                           std::to_string(most));
  }
  if (static_cast<int64_t>(value.size()) != num_layers) {
    reader.refuse(key, "found a list of " + std::to_string(value.size()) + " numbers, expected " +
                           std::to_string(num_layers) + ", one for each layer of the model");
  }
  return value.get<List>();
}

// A number, a list, or an object from every projection to one of these.
LayerTable read_table(const JsonReader& reader, const std::string& key, int64_t num_layers,
                      const std::vector<std::string>& projections, int64_t most) {
  const json value = reader.any(key);
  if (value.is_null()) reader.refuse(key, "is missing");
  LayerTable table;
  for (const auto& projection : projections) {
    if (value.is_object() && !value.contains(projection)) {
      reader.refuse(key, "has no " + projection + ", which is a target module");
    }
    table.values[projection] =
        read_layers(reader, key, value.is_object() ? value[projection] : value, num_layers, most);
  }
  if (value.is_object() && value.size() != projections.size()) {
    reader.refuse(key, "names more than the target modules");
  }
  return table;
}

void check_experts(const JsonReader& reader, const AdapterConfig& config, int64_t num_layers) {
  for (const auto& [projection, experts] : config.allocation.values) {
    for (int64_t j = 0; j < num_layers; ++j) {
      const std::string place = " for layer " + std::to_string(j) + " of " + projection;
      const int64_t top_k = config.top_k.at(projection, j);
      if (experts[j] > 0 && (top_k < 1 || top_k > experts[j])) {
        reader.refuse("top_k", "found " + std::to_string(top_k) + place + ", expected 1 to its " +
                                   std::to_string(experts[j]) + " experts");
      }
      if (config.rank.at(projection, j) < 1) {
        reader.refuse("rank", "found 0" + place + ", expected at least 1");
      }
    }
  }
}

AdapterConfig from_mola_object(const json& file_json, const std::string& path, int64_t num_layers) {
  ConfigSource source{path, {}, {}};
  const JsonReader reader = JsonReader(file_json, source, "").object("mola");
  reader.require("format_version", reader.integer("format_version", 1, kFormatVersion));
  AdapterConfig config;
  config.target_modules = target_modules_in(reader);
  const auto table = [&](const char* key, int64_t most) {
    return read_table(reader, key, num_layers, config.target_modules, most);
  };
  config.allocation = {table("allocation", kMostExperts)};
  config.top_k = table("top_k", kMostExperts);
  config.rank = table("rank", kHighestRank);
  check_experts(reader, config, num_layers);
  config.alpha = reader.require("alpha", read_alpha(reader, "alpha"));
  config.dropout = reader.require("dropout", read_dropout(reader, "dropout"));
  config.init = reader.require("init", read_init(reader));
  reader.refuse_unknown_keys();
  return config;
}

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
    read_layers(reader, "r", reader.any("r"), num_layers, kHighestRank);
  }
}

AdapterConfig from_tensors(const json& object, const std::string& folder, const std::string& path,
                           int64_t num_layers, const NumberOrList& top_k) {
  ConfigSource source{path, {}, {}};
  const JsonReader reader(object, source, "");
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
  config.top_k = resolve_top_k(top_k, num_layers, config.allocation);
  config.alpha = reader.require("lora_alpha", read_alpha(reader, "lora_alpha"));
  config.dropout = read_dropout(reader, "lora_dropout").value_or(0.0);
  config.init = read_peft_init(reader);
  return config;
}

}  // namespace

AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers,
                                  const NumberOrList& unsaved_top_k) {
  const std::string path = folder + "/adapter_config.json";
  const json object = read_json_file(path);
  if (!object.is_object()) fail(path, ": expected an object");
  return object.contains("mola") ? from_mola_object(object, path, num_layers)
                                 : from_tensors(object, folder, path, num_layers, unsaved_top_k);
}

AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers) {
  if (!spec.init_from) return resolve(spec, num_layers);
  const auto saved =
      read_adapter_config(*spec.init_from, num_layers, spec.top_k.value_or(kDefaultTopK));
  return resolve(spec, num_layers, saved);
}

}  // namespace mola
