#include "mola/config/adapter_config.h"

#include <algorithm>

#include "base/closest_match.h"
#include "config/enum_names.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

std::string to_text(const List& list) {
  std::string text;
  for (const auto number : list) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

List per_layer(const std::string& key, const NumberOrList& value, int64_t num_layers) {
  if (std::holds_alternative<int64_t>(value)) {
    return List(static_cast<size_t>(num_layers), std::get<int64_t>(value));
  }
  const auto& list = std::get<List>(value);
  if (static_cast<int64_t>(list.size()) != num_layers) {
    fail("adapter.", key, ": found a list of ", list.size(), " numbers, expected ", num_layers,
         ", one for each layer of the model");
  }
  return list;
}

LayerTable resolve_rank(const NumberOrList& value, int64_t num_layers,
                        const std::vector<std::string>& projections) {
  const List list = per_layer("rank", value, num_layers);
  for (const auto rank : list) {
    if (rank < 1 || rank > kHighestRank) {
      fail("adapter.rank: found ", rank, ", expected 1 to ", kHighestRank);
    }
  }
  return LayerTable::same(projections, list);
}

std::vector<std::string> resolve_target_modules(const std::vector<std::string>& names) {
  if (names.empty()) fail("adapter.target_modules: is empty");
  for (const auto& name : names) {
    const auto& known = all_projections();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail("adapter.target_modules: found '", name, "', expected some of ", join(known),
           " (nearest: ", closest_match(name, known), ")");
    }
    if (std::count(names.begin(), names.end(), name) > 1) {
      fail("adapter.target_modules: '", name, "' stands twice");
    }
  }
  std::vector<std::string> ordered;
  for (const auto& name : all_projections()) {
    if (std::count(names.begin(), names.end(), name) > 0) ordered.push_back(name);
  }
  return ordered;
}

void resolve_experts(const AdapterSpec& spec, int64_t num_layers, AdapterConfig& config) {
  config.target_modules = resolve_target_modules(*spec.target_modules);
  config.rank = resolve_rank(*spec.rank, num_layers, config.target_modules);
  config.alpha = *spec.alpha;
  config.dropout = *spec.dropout;
  config.init = *spec.init;
  if (config.type == AdapterType::kLora) {
    config.allocation = {LayerTable::same(config.target_modules, List(num_layers, 1))};
  } else {
    if (!spec.allocation) fail("adapter.allocation: is missing, expected one such as 2468");
    config.allocation = Allocation::parse(*spec.allocation, num_layers, config.target_modules);
  }
  config.top_k = resolve_top_k(spec.top_k.value_or(kDefaultTopK), num_layers, config.allocation);
  for (const auto& [projection, experts] : config.allocation.values) {
    if (std::any_of(experts.begin(), experts.end(), [](int64_t n) { return n > 0; })) return;
  }
  fail("adapter.allocation: has no expert in any layer, so there is nothing to train");
}

int64_t resolve_adapter_layers(const AdapterSpec& spec, int64_t num_layers) {
  const int64_t layers = spec.adapter_layers.value_or(num_layers);
  if (layers < 1 || layers > num_layers) {
    fail("adapter.adapter_layers: found ", layers, ", expected 1 to the model's ", num_layers,
         " layers");
  }
  return layers;
}

template <class Given, class Saved>
void refuse_contradiction(const std::string& key, const Given& given, const Saved& saved) {
  fail("adapter.", key, ": found ", given, ", but the adapter of adapter.init_from has ", saved,
       "; remove the key");
}

std::string describe(const LayerTable& table) {
  if (table.same_for_all() && !table.values.empty()) return to_text(table.values.begin()->second);
  std::string text;
  for (const auto& [projection, list] : table.values) {
    text += (text.empty() ? "" : ", ") + projection + " " + to_text(list);
  }
  return text;
}

}  // namespace

const std::vector<std::string>& all_projections() {
  static const std::vector<std::string> kAll = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                                "gate_proj", "up_proj", "down_proj"};
  return kAll;
}

bool in_self_attention(const std::string& projection) {
  return projection == "q_proj" || projection == "k_proj" || projection == "v_proj" ||
         projection == "o_proj";
}

LayerTable resolve_top_k(const NumberOrList& value, int64_t num_layers,
                         const Allocation& allocation) {
  const bool clamp = std::holds_alternative<int64_t>(value);
  const List list = per_layer("top_k", value, num_layers);
  LayerTable table;
  for (const auto& [projection, experts] : allocation.values) {
    List& top_k = table.values[projection];
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      const int64_t most = experts[layer];
      const bool limited = !clamp && most > 0;
      const int64_t least = clamp || limited ? 1 : 0;
      if (list[layer] < least || (limited && list[layer] > most)) {
        fail("adapter.top_k: found ", list[layer], " for layer ", layer, ", expected at least ",
             least, limited ? " and at most its " + std::to_string(most) + " experts" : "");
      }
      top_k.push_back(std::min(list[layer], most));
    }
  }
  return table;
}

AdapterConfig resolve(const AdapterSpec& given, int64_t num_layers) {
  const AdapterSpec spec = with_defaults(given);
  AdapterConfig config;
  config.type = *spec.type;
  switch (config.type) {
    case AdapterType::kMola:
    case AdapterType::kLora:
      resolve_experts(spec, num_layers, config);
      break;
    case AdapterType::kPromptTuning:
      config.num_virtual_tokens = *spec.num_virtual_tokens;
      config.init_text = spec.init_text.value_or("");
      break;
    case AdapterType::kLlamaAdapter:
      config.adapter_len = *spec.adapter_len;
      config.adapter_layers = resolve_adapter_layers(spec, num_layers);
      break;
    case AdapterType::kFull:
      break;
  }
  return config;
}

AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers, const AdapterConfig& saved) {
  if (spec.type && *spec.type != saved.type) {
    const auto& names = adapter_type_names();
    refuse_contradiction("type", name_of(*spec.type, names), name_of(saved.type, names));
  }
  if (spec.init && *spec.init != saved.init) {
    const auto& names = init_names();
    refuse_contradiction("init", name_of(*spec.init, names), name_of(saved.init, names));
  }
  const auto& modules = saved.target_modules;
  if (spec.target_modules && resolve_target_modules(*spec.target_modules) != modules) {
    refuse_contradiction("target_modules", join(*spec.target_modules), join(modules));
  }
  const auto compare = [](const char* key, const LayerTable& given, const LayerTable& kept) {
    if (given != kept) refuse_contradiction(key, describe(given), describe(kept));
  };
  if (spec.rank) compare("rank", resolve_rank(*spec.rank, num_layers, modules), saved.rank);
  if (spec.allocation) {
    compare("allocation", Allocation::parse(*spec.allocation, num_layers, modules),
            saved.allocation);
  }
  if (spec.top_k) {
    compare("top_k", resolve_top_k(*spec.top_k, num_layers, saved.allocation), saved.top_k);
  }
  const auto compare_number = [](const char* key, const auto& given, const auto& kept) {
    if (given && *given != kept) refuse_contradiction(key, *given, kept);
  };
  compare_number("alpha", spec.alpha, saved.alpha);
  compare_number("num_virtual_tokens", spec.num_virtual_tokens, saved.num_virtual_tokens);
  if (spec.init_text) {
    fail("adapter.init_text: the adapter of adapter.init_from has its virtual tokens already; ",
         "remove the key");
  }
  compare_number("adapter_len", spec.adapter_len, saved.adapter_len);
  compare_number("adapter_layers", spec.adapter_layers, saved.adapter_layers);
  AdapterConfig config = saved;
  config.dropout = spec.dropout.value_or(saved.dropout);
  return config;
}

}  // namespace mola
