#include <algorithm>
#include <cmath>
#include <set>

#include "adapters/expert_files.h"
#include "adapters/expert_settings.h"
#include "adapters/per_layer.h"
#include "base/excerpt.h"

namespace mola {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int64_t kFormatVersion = 1;

// One list if all projections agree, otherwise an object from projections to lists.
ordered_json table_json(const LayerTable& table) {
  if (table.same_for_all()) return table.values.begin()->second;
  return table.values;
}

// One number if it is the same everywhere.
ordered_json rank_json(const LayerTable& rank) {
  const auto& list = rank.values.begin()->second;
  const bool is_one = rank.same_for_all() && std::all_of(list.begin(), list.end(), [&](int64_t r) {
                        return r == list.front();
                      });
  return is_one ? ordered_json(list.front()) : table_json(rank);
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
    reader.refuse(key, "names projections that are not target modules");
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

// The last parts of modules' paths, such as q_proj, as a sorted list.
json projections_of(const json& modules) {
  std::set<std::string> names;
  for (const auto& module : modules) {
    if (!module.is_string()) return modules;
    const auto path = module.get<std::string>();
    names.insert(path.substr(path.rfind('.') + 1));
  }
  return names;
}

// PEFT's keys next to the object, which repeat some of its values, may have been edited.
void refuse_other_values(const JsonReader& reader, const AdapterConfig& config, bool is_lora) {
  const auto check = [&](const std::string& key, const json& expected, const std::string& place) {
    const json found = reader.any(key);
    if (found.is_null() || found == expected) return;
    if (key == "target_modules" && projections_of(found) == projections_of(expected)) return;
    reader.refuse(key, "found " + excerpt(found.dump()) + ", expected " + excerpt(expected.dump()) +
                           " as " + place + " says");
  };
  // A LoRA with PiSSA is saved with twice its rank and alpha.
  const double factor = is_lora && config.init == Init::kPissa ? 2 : 1;
  check("peft_type", "LORA", "the object mola");
  check("lora_alpha", number_json(factor * config.alpha), "mola.alpha");
  check("target_modules", config.target_modules, "mola.target_modules");
}

}  // namespace

ordered_json number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<int64_t>(number);
  return number;
}

ordered_json mola_object(const AdapterConfig& config) {
  return {{"format_version", kFormatVersion},        {"allocation", table_json(config.allocation)},
          {"top_k", table_json(config.top_k)},       {"rank", rank_json(config.rank)},
          {"alpha", number_json(config.alpha)},      {"dropout", number_json(config.dropout)},
          {"target_modules", config.target_modules}, {"init", name_of(config.init, init_names())}};
}

bool has_mola_object(const SavedAdapter& saved) { return saved.reader.contains("mola"); }

std::string type_in_mola_object(const SavedAdapter& saved) {
  return saved.reader.object("mola").choice("type", {"mola", "lora"}).value_or("mola");
}

AdapterConfig read_mola_object(const SavedAdapter& saved) {
  const JsonReader reader = saved.reader.object("mola");
  reader.require("format_version", reader.integer("format_version", 1, kFormatVersion));
  reader.text("type");
  AdapterConfig config;
  config.target_modules =
      resolve_target_modules(reader.require("target_modules", reader.text_list("target_modules")));
  const auto table = [&](const char* key, int64_t most) {
    return read_table(reader, key, saved.num_layers, config.target_modules, most);
  };
  config.allocation = {table("allocation", kMostExperts)};
  config.top_k = table("top_k", kMostExperts);
  config.rank = table("rank", kHighestRank);
  check_experts(reader, config, saved.num_layers);
  ExpertSettings settings;
  for (const auto& field : single_expert_fields()) {
    if (field.key != "alpha" && field.key != "dropout" && field.key != "init") continue;
    if (!field.read(reader, field.key, settings)) reader.refuse(field.key, "is missing");
  }
  config.alpha = settings.alpha;
  config.dropout = settings.dropout;
  config.init = settings.init;
  reader.refuse_unknown_keys();
  refuse_other_values(saved.reader, config, type_in_mola_object(saved) == "lora");
  return config;
}

}  // namespace mola
