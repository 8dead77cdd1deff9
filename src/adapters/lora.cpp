#include "adapters/adapter_list.h"
#include "adapters/expert_files.h"
#include "adapters/expert_settings.h"
#include "adapters/expert_tensors.h"
#include "adapters/pissa.h"
#include "mola/nn/pissa.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

constexpr auto kNaming = ExpertNaming::kPlain;

AdapterConfig resolve_lora(const JsonReader& reader, int64_t num_layers) {
  return resolve_experts(read_fields(reader, single_expert_fields()), num_layers);
}

bool is_lora(const SavedAdapter& saved) {
  if (has_mola_object(saved)) return type_in_mola_object(saved) == "lora";
  return is_peft_lora(saved);
}

AdapterConfig read_lora(const SavedAdapter& saved) {
  return has_mola_object(saved) ? read_mola_object(saved) : read_peft_experts(saved);
}

// The end of a projection's path, by which PEFT knows it.
std::string path_of(const std::string& projection, size_t layer) {
  const std::string block = in_self_attention(projection) ? ".self_attn." : ".mlp.";
  return "layers." + std::to_string(layer) + block + projection;
}

// Names of projections, or of those of single layers if not all layers have a LoRA.
std::vector<std::string> module_names(const AdapterConfig& config) {
  std::vector<std::string> names;
  bool everywhere = true;
  for (const auto& projection : config.target_modules) {
    const auto& experts = config.allocation.values.at(projection);
    for (size_t j = 0; j < experts.size(); ++j) {
      if (experts[j] > 0) names.push_back(path_of(projection, j));
      everywhere = everywhere && experts[j] > 0;
    }
  }
  return everywhere ? config.target_modules : names;
}

// PEFT has one rank for all layers and a pattern for those that differ. It computes alpha / rank,
// so if the rank is doubled for PiSSA (see lora_tensors), alpha is too.
void add_ranks(const AdapterConfig& config, ordered_json& json) {
  const int64_t factor = config.init == Init::kPissa ? 2 : 1;
  const int64_t common = config.rank.values.begin()->second.front();
  json["r"] = factor * common;
  json["lora_alpha"] = number_json(static_cast<double>(factor) * config.alpha);
  ordered_json pattern = ordered_json::object();
  for (const auto& [projection, ranks] : config.rank.values) {
    for (size_t j = 0; j < ranks.size(); ++j) {
      if (ranks[j] != common) pattern[path_of(projection, j)] = factor * ranks[j];
    }
  }
  json["rank_pattern"] = pattern;
  json["init_lora_weights"] = true;
  if (config.init == Init::kGaussian) json["init_lora_weights"] = "gaussian";
}

// PEFT's keys describe all of a LoRA except its initialization by PiSSA.
ordered_json write_lora(const AdapterConfig& config, const LlamaConfig&) {
  auto json = experts_json(config);
  json["target_modules"] = module_names(config);
  add_ranks(config, json);
  if (config.init == Init::kPissa) {
    json["mola"] = mola_object(config);
    json["mola"]["type"] = "lora";
  }
  return json;
}

// PEFT has no initial factors: a LoRA of rank r with PiSSA is saved as a plain one of rank 2 r and
// twice the alpha, on the original base model,
//
//     lora_A = [A; A0]      lora_B = [B, -B0]      W x + s (B A - B0 A0) x
TensorMap lora_tensors(Llama& model) {
  auto tensors = expert_tensors(model, kNaming);
  if (model->adapter.init != Init::kPissa) return tensors;
  for_each_mixture(model, kNaming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    auto& lora_A = tensors.at(names.lora_A(0));
    auto& lora_B = tensors.at(names.lora_B(0));
    lora_A = torch::cat({lora_A.detach(), place.mixture()->initial_A}, 0);
    lora_B = torch::cat({lora_B.detach(), -place.mixture()->initial_B}, 1);
  });
  return tensors;
}

void take_factors(Llama& model, const TensorMap& tensors) {
  if (model->adapter.init != Init::kPissa) return;
  torch::NoGradGuard no_grad;
  for_each_mixture(model, kNaming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    const auto& expert = place.mixture()->experts[0];
    const auto A = tensors.at(names.lora_A(0)).chunk(2, 0);
    const auto B = tensors.at(names.lora_B(0)).chunk(2, 1);
    expert->lora_A.copy_(A[0]);
    expert->lora_B.copy_(B[0]);
    set_initial_factors(place.group, place.index, A[1], -B[1]);
  });
}

}  // namespace

const Adapter& lora_adapter() {
  static const Adapter kAdapter = [] {
    Adapter adapter;
    adapter.type = make_adapter_type("lora", "One LoRA expert per projection, without a router.",
                                     single_expert_fields());
    adapter.resolve = resolve_lora;
    adapter.resolve_saved = resolve_saved_experts;
    adapter.start = start_experts;
    adapter.peft_type = "LORA";
    adapter.is_saved_in = is_lora;
    adapter.read = read_lora;
    adapter.write = write_lora;
    adapter.tensors = lora_tensors;
    adapter.finish_load = take_factors;
    return adapter;
  }();
  return kAdapter;
}

}  // namespace mola
