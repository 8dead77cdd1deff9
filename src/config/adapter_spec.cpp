#include <algorithm>

#include "config/enum_names.h"
#include "mola/base/error.h"
#include "mola/config/adapter_config.h"

namespace mola {
namespace {

// A key of "adapter", and the types of adapter that have it.
struct Key {
  const char* name;
  bool is_given;
  std::vector<AdapterType> types;
};

std::vector<Key> keys_of(const AdapterSpec& spec) {
  constexpr auto kMola = AdapterType::kMola;
  constexpr auto kLora = AdapterType::kLora;
  return {{"allocation", spec.allocation.has_value(), {kMola}},
          {"top_k", spec.top_k.has_value(), {kMola}},
          {"rank", spec.rank.has_value(), {kMola, kLora}},
          {"alpha", spec.alpha.has_value(), {kMola, kLora}},
          {"dropout", spec.dropout.has_value(), {kMola, kLora}},
          {"target_modules", spec.target_modules.has_value(), {kMola, kLora}},
          {"init", spec.init.has_value(), {kMola, kLora}},
          {"num_virtual_tokens", spec.num_virtual_tokens.has_value(), {AdapterType::kPromptTuning}},
          {"init_text", spec.init_text.has_value(), {AdapterType::kPromptTuning}},
          {"adapter_len", spec.adapter_len.has_value(), {AdapterType::kLlamaAdapter}},
          {"adapter_layers", spec.adapter_layers.has_value(), {AdapterType::kLlamaAdapter}}};
}

void refuse_keys_of_others(const AdapterSpec& spec, AdapterType type) {
  const std::string& name = name_of(type, adapter_type_names());
  for (const auto& key : keys_of(spec)) {
    const bool has_it = std::count(key.types.begin(), key.types.end(), type) > 0;
    if (!key.is_given || has_it) continue;
    fail("adapter.", key.name, ": a ", name, " adapter has none; its type is '", name, "'");
  }
}

template <class Value, class Default>
void fill_in(std::optional<Value>& value, const Default& otherwise) {
  if (!value) value = otherwise;
}

}  // namespace

AdapterSpec with_defaults(AdapterSpec spec) {
  const AdapterConfig defaults;
  fill_in(spec.type, defaults.type);
  refuse_keys_of_others(spec, *spec.type);
  switch (*spec.type) {
    case AdapterType::kMola:
      fill_in(spec.top_k, kDefaultTopK);
      [[fallthrough]];
    case AdapterType::kLora:
      fill_in(spec.rank, kDefaultRank);
      fill_in(spec.alpha, defaults.alpha);
      fill_in(spec.dropout, defaults.dropout);
      fill_in(spec.target_modules, all_projections());
      fill_in(spec.init, defaults.init);
      break;
    case AdapterType::kPromptTuning:
      fill_in(spec.num_virtual_tokens, kDefaultPromptLength);
      break;
    case AdapterType::kLlamaAdapter:
      fill_in(spec.adapter_len, kDefaultPromptLength);
      break;
    case AdapterType::kFull:
      break;
  }
  return spec;
}

}  // namespace mola
