#include "mola/adapters/adapters.h"

#include <algorithm>

#include "adapters/adapter_list.h"
#include "base/closest_match.h"
#include "base/excerpt.h"

namespace mola {
namespace {

// The first is the default of a config.
const std::vector<const Adapter*>& all_adapters() {
  static const std::vector<const Adapter*> kAdapters = {
      &mola_adapter(), &lora_adapter(), &prompt_tuning_adapter(), &llama_adapter(), &full_adapter(),
  };
  return kAdapters;
}

bool has_field(const AdapterType& type, const std::string& key) {
  return std::any_of(type.fields.begin(), type.fields.end(),
                     [&](const FieldInfo& field) { return field.key == key; });
}

void refuse_keys_of_others(const AdapterSpec& spec, const AdapterType& type) {
  std::vector<std::string> known;
  for (const auto* other : adapter_types()) {
    for (const auto& field : other->fields) known.push_back(field.key);
  }
  for (const auto& [key, value] : spec.settings) {
    if (has_field(type, key)) continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail("adapter.", excerpt(key), ": unknown key, found with the value ", excerpt(value.json()),
           " (nearest valid key: adapter.", closest_match(excerpt(key), known), ")");
    }
    fail("adapter.", key, ": is not a key of the type '", type.name, "'");
  }
}

}  // namespace

const AdapterTypes& adapter_types() {
  static const AdapterTypes kTypes = [] {
    AdapterTypes types;
    for (const auto* adapter : all_adapters()) types.push_back(&adapter->type);
    return types;
  }();
  return kTypes;
}

const Adapter& find_adapter(const std::string& type) {
  const auto& found = find_adapter_type(adapter_types(), type);
  return **std::find_if(all_adapters().begin(), all_adapters().end(),
                        [&](const Adapter* adapter) { return &adapter->type == &found; });
}

const Adapter& find_saved_adapter(const SavedAdapter& saved) {
  std::vector<std::string> peft_types;
  for (const auto* adapter : all_adapters()) {
    if (adapter->is_saved_in == nullptr) continue;
    if (adapter->is_saved_in(saved)) return *adapter;
    const bool is_new =
        std::find(peft_types.begin(), peft_types.end(), adapter->peft_type) == peft_types.end();
    if (is_new) peft_types.emplace_back(adapter->peft_type);
  }
  saved.reader.require("peft_type", saved.reader.choice("peft_type", peft_types));
  fail(saved.tensors_path, ": contains no tensor of a MoLA or LoRA adapter on a LLaMA");
}

AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers) {
  const auto& adapter = find_adapter(type_of(spec, adapter_types()).name);
  refuse_keys_of_others(spec, adapter.type);
  const nlohmann::json settings = settings_json(spec);
  ConfigSource source;
  auto config = adapter.resolve(JsonReader(settings, source, "adapter"), num_layers);
  config.type = adapter.type.name;
  return config;
}

AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers, const AdapterConfig& saved) {
  if (!spec.type.empty() && spec.type != saved.type) {
    refuse_contradiction("type", spec.type, saved.type);
  }
  const auto& adapter = find_adapter(saved.type);
  refuse_keys_of_others(spec, adapter.type);
  const nlohmann::json settings = settings_json(spec);
  ConfigSource source;
  return adapter.resolve_saved(JsonReader(settings, source, "adapter"), num_layers, saved);
}

std::vector<std::string> adapter_summary(const AdapterConfig& config) {
  if (config.is_none()) return {};
  const auto& adapter = find_adapter(config.type);
  return adapter.summary == nullptr ? std::vector<std::string>() : adapter.summary(config);
}

double usual_learning_rate(const AdapterConfig& config) {
  constexpr double kOfPretraining = 3e-4;
  return config.is_none() ? kOfPretraining : find_adapter(config.type).usual_learning_rate;
}

}  // namespace mola
