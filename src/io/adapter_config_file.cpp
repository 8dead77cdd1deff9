#include "mola/io/adapter_config_file.h"

#include <algorithm>
#include <regex>

#include "config/json_file.h"
#include "config/json_reader.h"
#include "io/adapter_format.h"
#include "mola/error.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

constexpr int64_t kFormatVersion = 1;
constexpr int64_t kOfficialTopK = 2;

std::vector<std::string> target_modules_in(const JsonReader& reader) {
  const auto names = reader.text_list("target_modules");
  if (!names || names->empty()) reader.refuse("target_modules", "is missing");
  AdapterSpec spec;
  spec.target_modules = names;
  spec.allocation = "1";
  return resolve(spec, 1).target_modules;  // checked and in order
}

// A number, a list, or an object of lists: but for the number, the forms of an allocation.
LayerTable read_table(const JsonReader& reader, const json& object, const std::string& key,
                      int64_t num_layers, const std::vector<std::string>& projections) {
  const auto text = reader.text_or_json(key);
  if (!text) reader.refuse(key, "is missing");
  const bool is_number = is_whole_number(object[key]);
  const List same_everywhere(num_layers, is_number ? object[key].get<int64_t>() : 0);
  try {
    return Allocation::parse(is_number ? json(same_everywhere).dump() : *text, num_layers,
                             projections);
  } catch (const Error& error) {
    reader.refuse(key, error.what());
  }
}

AdapterConfig from_mola_object(const json& file_json, const std::string& path, int64_t num_layers) {
  ConfigSource source{path, {}, {}};
  const JsonReader outer(file_json, source, "");
  const JsonReader reader = outer.object("mola");
  const json& object = file_json["mola"];
  const int64_t version = reader.integer("format_version", 1).value_or(kFormatVersion);
  if (version != kFormatVersion) {
    reader.refuse("format_version", "found " + std::to_string(version) + ", expected 1");
  }
  AdapterConfig config;
  config.target_modules = target_modules_in(reader);
  const auto table = [&](const char* key) {
    return read_table(reader, object, key, num_layers, config.target_modules);
  };
  config.allocation = {table("allocation")};
  config.top_k = table("top_k");
  config.rank = table("rank");
  for (const auto& [projection, experts] : config.allocation.values) {
    for (int64_t j = 0; j < num_layers; ++j) {
      const int64_t top_k = config.top_k.at(projection, j);
      const bool fits = experts[j] == 0 || (top_k >= 1 && top_k <= experts[j]);
      if (!fits || config.rank.at(projection, j) < 1) {
        reader.refuse("top_k", "layer " + std::to_string(j) + " of " + projection + " has top_k " +
                                   std::to_string(top_k) + ", " + std::to_string(experts[j]) +
                                   " experts and rank " +
                                   std::to_string(config.rank.at(projection, j)));
      }
    }
  }
  const auto valid_alpha = [](double v) { return v > 0; };
  const auto valid_dropout = [](double v) { return v >= 0 && v < 1; };
  config.alpha = reader.number("alpha", "above 0", valid_alpha).value_or(config.alpha);
  config.dropout =
      reader.number("dropout", "from 0 to below 1", valid_dropout).value_or(config.dropout);
  config.init = reader.choice("init", {"kaiming", "gaussian"}).value_or(config.init);
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
    config.type = parts[3].matched ? "mola" : "lora";
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
void refuse_unsupported(const JsonReader& reader, const json& object) {
  for (const auto* key : {"use_rslora", "use_dora", "fan_in_fan_out", "lora_bias"}) {
    if (reader.boolean(key).value_or(false)) reader.refuse(key, "found true, expected false");
  }
  for (const auto* key : {"alpha_pattern", "modules_to_save"}) {
    if (object.contains(key) && !object[key].empty()) {
      reader.refuse(key, "found " + object[key].dump() + ", which is not supported");
    }
  }
  const auto bias = reader.text("bias").value_or("none");
  if (bias != "none") reader.refuse("bias", "found '" + bias + "', expected 'none'");
}

AdapterConfig from_tensors(const json& object, const std::string& folder, const std::string& path,
                           int64_t num_layers) {
  ConfigSource source{path, {}, {}};
  const JsonReader reader(object, source, "");
  const auto peft_type = reader.required_text("peft_type");
  if (peft_type != "LORA") reader.refuse("peft_type", "found '" + peft_type + "', expected 'LORA'");
  refuse_unsupported(reader, object);

  AdapterConfig config;
  infer_from_tensors(SafetensorsFile(adapter_tensors_path(folder)), num_layers, config);
  for (const auto& projection : all_projections()) {
    if (config.allocation.values.count(projection) > 0) {
      config.target_modules.push_back(projection);
    }
  }
  for (const auto& [projection, experts] : config.allocation.values) {
    auto& top_k = config.top_k.values[projection];
    for (const auto n : experts) top_k.push_back(std::min(n, kOfficialTopK));
  }
  const auto alpha = reader.number("lora_alpha", "above 0", [](double v) { return v > 0; });
  if (!alpha) reader.refuse("lora_alpha", "is missing");
  config.alpha = *alpha;
  config.dropout =
      reader.number("lora_dropout", "from 0 to below 1", [](double v) { return v >= 0 && v < 1; })
          .value_or(0.0);
  return config;
}

}  // namespace

AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers) {
  const std::string path = folder + "/adapter_config.json";
  const json object = read_json_file(path);
  if (!object.is_object()) fail(path, ": expected an object");
  return object.contains("mola") ? from_mola_object(object, path, num_layers)
                                 : from_tensors(object, folder, path, num_layers);
}

AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers) {
  return spec.init_from
             ? resolve(spec, num_layers, read_adapter_config(*spec.init_from, num_layers))
             : resolve(spec, num_layers);
}

}  // namespace mola
