#include "mola/model/builders.h"

#include <torch/types.h>

#include "mola/model/weights.h"

namespace mola {
namespace {

// Builds the groups of one layer; a projection that is not a target has no experts.
struct GroupBuilder {
  const AdapterConfig& adapter;
  torch::Dtype dtype;
  torch::Device device;

  ProjectionGroup build(int64_t layer, int64_t in_features,
                        const std::vector<std::pair<std::string, int64_t>>& outputs) const {
    std::vector<ProjectionOptions> projections;
    for (const auto& [name, out_features] : outputs) {
      projections.push_back(ProjectionOptions(name, out_features)
                                .num_experts(adapter.allocation.at(name, layer))
                                .top_k(adapter.top_k.at(name, layer))
                                .rank(adapter.rank.at(name, layer))
                                .alpha(adapter.alpha));
    }
    return ProjectionGroup(ProjectionGroupOptions(in_features, projections)
                               .dropout(adapter.dropout)
                               .init(adapter.init)
                               .dtype(dtype)
                               .device(device));
  }
};

// Shares the frozen parameters of `base` with `module`, by their names.
void share_frozen(torch::nn::Module& module, const torch::nn::Module& base) {
  const auto shared = base.named_parameters();
  for (auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) item.value().set_data(shared[item.key()]);
  }
}

// `base` may be null. Its weights are shared layer by layer, so that at most one layer has memory
// of its own meanwhile.
Llama build(const LlamaConfig& config, const AdapterConfig& adapter, torch::Dtype dtype,
            torch::Device device, const LlamaImpl* base) {
  const GroupBuilder groups{adapter, dtype, device};
  const auto norm_options =
      RMSNormOptions(config.hidden_size).eps(config.rms_norm_eps).dtype(dtype).device(device);
  const int64_t hidden = config.hidden_size;
  const int64_t query = config.num_attention_heads * config.head_dim;
  const int64_t key = config.num_key_value_heads * config.head_dim;
  const int64_t inner = config.intermediate_size;

  const auto adaption_prompt = [&](int64_t layer) -> AdaptionPrompt {
    if (layer < config.num_hidden_layers - adapter.adapter_layers) return nullptr;
    return AdaptionPrompt(AdaptionPromptOptions(adapter.adapter_len, hidden).device(device));
  };
  PromptTuning prompt_tuning{nullptr};
  if (adapter.num_virtual_tokens > 0) {
    prompt_tuning =
        PromptTuning(PromptTuningOptions(adapter.num_virtual_tokens, hidden).device(device));
  }
  std::vector<DecoderLayer> layers;
  for (int64_t j = 0; j < config.num_hidden_layers; ++j) {
    const auto qkv = groups.build(j, hidden, {{"q_proj", query}, {"k_proj", key}, {"v_proj", key}});
    const auto o = groups.build(j, query, {{"o_proj", hidden}});
    const auto gate_up = groups.build(j, hidden, {{"gate_proj", inner}, {"up_proj", inner}});
    const auto down = groups.build(j, inner, {{"down_proj", hidden}});
    layers.emplace_back(RMSNorm(norm_options),
                        Attention(qkv, o, config.head_dim, adaption_prompt(j)),
                        RMSNorm(norm_options), Mlp(gate_up, down));
    if (base != nullptr) share_frozen(*layers.back(), *base->layers[j]);
  }
  Llama model(config, adapter, prompt_tuning, layers, RMSNorm(norm_options),
              torch::dtype(dtype).device(device));
  if (base != nullptr) share_frozen(*model, *base);
  if (adapter.trains_base) unfreeze(model);
  return model;
}

}  // namespace

Llama build_llama(const LlamaConfig& config, const AdapterConfig& adapter, torch::Dtype dtype,
                  torch::Device device) {
  return build(config, adapter, dtype, device, nullptr);
}

Llama share_base(const Llama& base, const AdapterConfig& adapter) {
  const auto& like = base->embed_tokens;
  return build(base->config, adapter, like.scalar_type(), like.device(), base.get());
}

}  // namespace mola
