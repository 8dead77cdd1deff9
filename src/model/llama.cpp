#include "mola/model/llama.h"

#include <torch/types.h>

#include "nn/recompute.h"

namespace mola {

using torch::Tensor;

namespace {

// is_token [B, T] -> [B, 1, T, T]: true where a query may look.
Tensor padding_mask(const Tensor& is_token) {
  const int64_t time = is_token.size(1);
  const auto like = torch::dtype(torch::kBool).device(is_token.device());
  // A padding query may look at itself: a row with nothing to look at has no softmax.
  const auto itself = torch::eye(time, like);
  return ((torch::ones({time, time}, like).tril() & is_token.unsqueeze(1)) | itself).unsqueeze(1);
}

}  // namespace

LlamaImpl::LlamaImpl(const LlamaConfig& config_, const AdapterConfig& adapter_,
                     std::vector<DecoderLayer> layers_, RMSNorm norm_,
                     torch::TensorOptions weight_options)
    : config(config_),
      adapter(adapter_),
      layers(std::move(layers_)),
      norm(register_module("norm", std::move(norm_))),
      rotary_(config.head_dim, config.rope_theta, config.rope_scaling, weight_options.device()) {
  for (size_t j = 0; j < layers.size(); ++j) {
    register_module("layer_" + std::to_string(j), layers[j]);
  }
  const std::vector<int64_t> shape = {config.vocab_size, config.hidden_size};
  embed_tokens = register_parameter("embed_tokens", torch::empty(shape, weight_options),
                                    /*requires_grad=*/false);
  if (!config.tie_word_embeddings) {
    lm_head = register_parameter("lm_head", torch::empty(shape, weight_options),
                                 /*requires_grad=*/false);
  }
}

Tensor LlamaImpl::forward(const Tensor& input_ids, const Tensor& attention_mask,
                          RoutingTrace* trace) {
  const int64_t batch = input_ids.size(0);
  const int64_t time = input_ids.size(1);
  AttentionInputs inputs;
  for (int64_t b = 0; b <= batch; ++b) inputs.offsets.push_back(b * time);
  const auto like = torch::device(input_ids.device());
  auto positions = torch::arange(time, like.dtype(torch::kLong)).expand({batch, time});
  if (attention_mask.defined()) {
    const auto is_token = attention_mask != 0;
    positions = (is_token.cumsum(1) - 1).clamp_min(0);
    inputs.mask = padding_mask(is_token);
  }
  inputs.rotary = rotary_.angles(positions.reshape(-1), embed_tokens.scalar_type());
  return run_layers(input_ids.reshape(-1), inputs, trace).view({batch, time, -1});
}

Tensor LlamaImpl::forward_packed(const Tensor& input_ids, const Tensor& positions,
                                 const std::vector<int64_t>& offsets, RoutingTrace* trace) {
  return run_layers(input_ids, {rotary_.angles(positions, embed_tokens.scalar_type()), offsets, {}},
                    trace);
}

Tensor LlamaImpl::forward_cached(const Tensor& input_ids, const std::vector<int64_t>& offsets,
                                 const std::vector<int64_t>& slots, KeyValueCache& cache,
                                 RoutingTrace* trace) {
  torch::NoGradGuard no_grad;
  std::vector<int64_t> positions;
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t past = cache.lengths.at(slots[i]);
    for (int64_t t = offsets[i]; t < offsets[i + 1]; ++t) {
      positions.push_back(past + t - offsets[i]);
    }
    cache.reserve(past + offsets[i + 1] - offsets[i]);
  }
  AttentionInputs inputs;
  inputs.rotary = rotary_.angles(torch::tensor(positions, torch::kLong).to(input_ids.device()),
                                 embed_tokens.scalar_type());
  inputs.offsets = offsets;
  inputs.cached = CachedSequences{&cache, slots};
  const auto hidden = run_layers(input_ids, inputs, trace);
  for (size_t i = 0; i < slots.size(); ++i) cache.lengths[slots[i]] += offsets[i + 1] - offsets[i];
  return hidden;
}

KeyValueCache LlamaImpl::make_cache(int64_t slots, int64_t capacity) const {
  return {config.num_hidden_layers, slots, config.num_key_value_heads, capacity, config.head_dim,
          embed_tokens.options()};
}

void LlamaImpl::use_adapter(bool use) {
  for_each_group([use](int64_t, const char*, ProjectionGroup& group) { group->use_adapter = use; });
}

void LlamaImpl::freeze_adapter() {
  for_each_projection([this](const ProjectionPlace& place) {
    if (place.mixture().is_empty()) return;
    place.mixture()->to(embed_tokens.scalar_type());
    for (auto& parameter : place.mixture()->parameters()) parameter.requires_grad_(false);
  });
}

Tensor LlamaImpl::run_layers(const Tensor& input_ids, AttentionInputs inputs, RoutingTrace* trace) {
  auto hidden = torch::embedding(embed_tokens, input_ids);
  for (size_t j = 0; j < layers.size(); ++j) {
    if (trace != nullptr) trace->layer = static_cast<int64_t>(j);
    if (inputs.cached) inputs.cached->layer = static_cast<int64_t>(j);
    hidden = recompute && torch::GradMode::is_enabled()
                 ? forward_recomputed(layers[j], hidden, inputs, trace)
                 : layers[j]->forward(hidden, inputs, trace);
  }
  return norm->forward(hidden);
}

Tensor LlamaImpl::logits(const Tensor& hidden) const {
  return torch::linear(hidden, head_weight());
}

const Tensor& LlamaImpl::head_weight() const { return lm_head.defined() ? lm_head : embed_tokens; }

void LlamaImpl::for_each_group(
    const std::function<void(int64_t layer, const char* block, ProjectionGroup& group)>& visit) {
  for (size_t j = 0; j < layers.size(); ++j) {
    const auto layer = static_cast<int64_t>(j);
    visit(layer, "self_attn", layers[j]->self_attn->qkv);
    visit(layer, "self_attn", layers[j]->self_attn->o);
    visit(layer, "mlp", layers[j]->mlp->gate_up);
    visit(layer, "mlp", layers[j]->mlp->down);
  }
}

void LlamaImpl::for_each_projection(const std::function<void(const ProjectionPlace&)>& visit) {
  for_each_group([&](int64_t layer, const char* block, ProjectionGroup& group) {
    for (size_t i = 0; i < group->options.projections().size(); ++i) {
      visit({layer, block, group->options.projections()[i].name(), *group, i});
    }
  });
}

}  // namespace mola
