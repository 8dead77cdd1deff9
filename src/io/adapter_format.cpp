#include "io/adapter_format.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/enum_names.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

// One list where all projections agree, otherwise an object from projections to lists.
ordered_json table_json(const LayerTable& table) {
  if (table.same_for_all()) return table.values.begin()->second;
  return table.values;
}

// One number where it is the same everywhere.
ordered_json rank_json(const LayerTable& rank) {
  const auto& list = rank.values.begin()->second;
  const bool is_one = rank.same_for_all() && std::all_of(list.begin(), list.end(), [&](int64_t r) {
                        return r == list.front();
                      });
  return is_one ? ordered_json(list.front()) : table_json(rank);
}

// 16 rather than 16.0, as other tools write it.
ordered_json number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<int64_t>(number);
  return number;
}

// Everything that is needed to rebuild the adapter.
ordered_json mola_json(const AdapterConfig& config) {
  ordered_json json = {{"format_version", 1},
                       {"allocation", table_json(config.allocation)},
                       {"top_k", table_json(config.top_k)},
                       {"rank", rank_json(config.rank)},
                       {"alpha", number_json(config.alpha)},
                       {"dropout", number_json(config.dropout)},
                       {"target_modules", config.target_modules},
                       {"init", name_of(config.init, init_names())}};
  if (config.type == AdapterType::kLora) json["type"] = "lora";
  return json;
}

// PEFT has one rank for all layers and a pattern for those that differ. It computes alpha / rank,
// so where the rank is doubled for PiSSA (pissa_tensors.h) alpha is too.
void add_lora_ranks(const AdapterConfig& config, ordered_json& json) {
  const int64_t factor = config.init == Init::kPissa ? 2 : 1;
  const int64_t common = config.rank.values.begin()->second.front();
  json["r"] = factor * common;
  json["lora_alpha"] = number_json(static_cast<double>(factor) * config.alpha);
  ordered_json pattern = ordered_json::object();
  for (const auto& [projection, ranks] : config.rank.values) {
    const std::string block = in_self_attention(projection) ? ".self_attn." : ".mlp.";
    for (size_t j = 0; j < ranks.size(); ++j) {
      if (ranks[j] == common) continue;
      pattern["layers." + std::to_string(j) + block + projection] = factor * ranks[j];
    }
  }
  json["rank_pattern"] = pattern;
  json["init_lora_weights"] = true;
  if (config.init == Init::kGaussian) json["init_lora_weights"] = "gaussian";
}

ordered_json experts_json(const AdapterConfig& config) {
  ordered_json json = {{"peft_type", "LORA"},
                       {"bias", "none"},
                       {"fan_in_fan_out", false},
                       {"lora_alpha", number_json(config.alpha)},
                       {"lora_dropout", number_json(config.dropout)},
                       {"target_modules", config.target_modules}};
  if (config.type == AdapterType::kLora) {
    add_lora_ranks(config, json);
  } else {
    // The official code takes a list; PEFT refuses one, and is right to.
    json["r"] = config.rank.values.begin()->second;
  }
  // PEFT's keys say all of a LoRA but how it started.
  if (config.type == AdapterType::kMola || config.init == Init::kPissa) {
    json["mola"] = mola_json(config);
  }
  return json;
}

// What PEFT needs to build the module before it reads the tensors. How the tokens started is not
// said: a text would need its tokenizer's path.
ordered_json prompt_tuning_json(const AdapterConfig& config, const LlamaConfig& model) {
  return {{"peft_type", "PROMPT_TUNING"},
          {"num_virtual_tokens", config.num_virtual_tokens},
          {"token_dim", model.hidden_size},
          {"num_transformer_submodules", 1},
          {"num_attention_heads", model.num_attention_heads},
          {"num_layers", model.num_hidden_layers},
          {"prompt_tuning_init", "RANDOM"}};
}

ordered_json llama_adapter_json(const AdapterConfig& config) {
  return {{"peft_type", "ADAPTION_PROMPT"},
          {"adapter_len", config.adapter_len},
          {"adapter_layers", config.adapter_layers},
          {"target_modules", nullptr}};
}

std::string layer_prefix(int64_t layer) {
  return "base_model.model.model.layers." + std::to_string(layer) + ".";
}

}  // namespace

AdapterNames::AdapterNames(AdapterType type, int64_t layer, const std::string& block,
                           const std::string& projection)
    : prefix_(layer_prefix(layer) + block + "." + projection + "."),
      numbered_(type == AdapterType::kMola) {}

std::string AdapterNames::lora_A(int64_t expert) const {
  return prefix_ + (numbered_ ? "lora_A_" + std::to_string(expert) : "lora_A") + ".weight";
}

std::string AdapterNames::lora_B(int64_t expert) const {
  return prefix_ + (numbered_ ? "lora_B_" + std::to_string(expert) : "lora_B") + ".weight";
}

std::string AdapterNames::router() const { return prefix_ + "router.router.weight"; }

std::string AdapterNames::initial_A() const { return prefix_ + "lora_A_init.weight"; }

std::string AdapterNames::initial_B() const { return prefix_ + "lora_B_init.weight"; }

std::string adaption_name(int64_t layer, const std::string& part) {
  return layer_prefix(layer) + "self_attn." + part;
}

std::string adapter_config_text(const AdapterConfig& config, const LlamaConfig& model) {
  ordered_json json;
  switch (config.type) {
    case AdapterType::kPromptTuning:
      json = prompt_tuning_json(config, model);
      break;
    case AdapterType::kLlamaAdapter:
      json = llama_adapter_json(config);
      break;
    default:
      json = experts_json(config);
  }
  json["task_type"] = "CAUSAL_LM";
  json["base_model_name_or_path"] = nullptr;
  return json.dump(2) + "\n";
}

std::string adapter_tensors_path(const std::string& folder) {
  const std::string tensors = folder + "/adapter_model.safetensors";
  const std::string pickle = folder + "/adapter_model.bin";
  if (!std::filesystem::exists(tensors) && std::filesystem::exists(pickle)) {
    fail(pickle, ": is a pickle, expected adapter_model.safetensors; convert it with ",
         "tools/convert_adapter.py");
  }
  return tensors;
}

}  // namespace mola
