#include "mola/io/adapter_config_file.h"

#include <algorithm>

#include "base/json_file.h"
#include "config/adapter_keys.h"
#include "config/json_reader.h"
#include "io/layer_list.h"
#include "io/peft_config.h"
#include "mola/base/error.h"

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
    table.values[projection] = read_per_layer(
        reader, key, value.is_object() ? value[projection] : value, num_layers, most);
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

AdapterConfig from_mola_object(const JsonReader& reader, int64_t num_layers) {
  reader.require("format_version", reader.integer("format_version", 1, kFormatVersion));
  AdapterConfig config;
  if (reader.choice("type", {"mola", "lora"}) == "lora") config.type = AdapterType::kLora;
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

}  // namespace

AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers,
                                  const NumberOrList& unsaved_top_k) {
  const std::string path = folder + "/adapter_config.json";
  const json object = read_json_file(path);
  if (!object.is_object()) fail(path, ": expected an object");
  ConfigSource source{path, {}, {}};
  const JsonReader reader(object, source, "");
  return object.contains("mola") ? from_mola_object(reader.object("mola"), num_layers)
                                 : read_peft_config(reader, folder, num_layers, unsaved_top_k);
}

AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers) {
  if (!spec.init_from) return resolve(spec, num_layers);
  if (spec.type == AdapterType::kFull) {
    fail("adapter.init_from: found ", *spec.init_from,
         ", but full fine-tuning starts from no adapter; it goes on from a model as model.path");
  }
  const auto saved =
      read_adapter_config(*spec.init_from, num_layers, spec.top_k.value_or(kDefaultTopK));
  return resolve(spec, num_layers, saved);
}

}  // namespace mola
