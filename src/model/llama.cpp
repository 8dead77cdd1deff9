#include "mola/model/llama.h"

#include <torch/types.h>

namespace mola {

using torch::Tensor;

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

AttentionInputs LlamaImpl::attention_inputs(const Tensor& input_ids,
                                            const Tensor& attention_mask) const {
  const int64_t length = input_ids.size(1);
  const auto dtype = embed_tokens.scalar_type();
  const auto like = torch::device(input_ids.device());
  if (!attention_mask.defined()) {
    const auto positions = torch::arange(length, like.dtype(torch::kLong)).unsqueeze(0);
    return {rotary_.angles(positions, dtype), {}};
  }
  const auto is_token = attention_mask != 0;
  const auto positions = (is_token.cumsum(1) - 1).clamp_min(0);
  const auto all = torch::ones({length, length}, like.dtype(torch::kBool));
  // A padding query may look at itself: a row with nothing to look at has no softmax.
  const auto itself = torch::eye(length, like.dtype(torch::kBool));
  const auto mask = (all.tril() & is_token.unsqueeze(1)) | itself;  // [B, T, T]
  return {rotary_.angles(positions, dtype), mask.unsqueeze(1)};
}

Tensor LlamaImpl::forward(const Tensor& input_ids, const Tensor& attention_mask,
                          RoutingTrace* trace) {
  const auto inputs = attention_inputs(input_ids, attention_mask);
  auto hidden = torch::embedding(embed_tokens, input_ids);
  for (size_t j = 0; j < layers.size(); ++j) {
    if (trace != nullptr) trace->layer = static_cast<int64_t>(j);
    hidden = layers[j]->forward(hidden, inputs, trace);
  }
  return norm->forward(hidden);
}

Tensor LlamaImpl::logits(const Tensor& hidden) const {
  return torch::linear(hidden, head_weight());
}

const Tensor& LlamaImpl::head_weight() const { return lm_head.defined() ? lm_head : embed_tokens; }

void LlamaImpl::for_each_projection(const std::function<void(const ProjectionPlace&)>& visit) {
  const auto visit_group = [&](size_t layer, const char* block, ProjectionGroup& group) {
    for (size_t i = 0; i < group->options.projections().size(); ++i) {
      visit(
          {static_cast<int64_t>(layer), block, group->options.projections()[i].name(), *group, i});
    }
  };
  for (size_t j = 0; j < layers.size(); ++j) {
    visit_group(j, "self_attn", layers[j]->self_attn->qkv);
    visit_group(j, "self_attn", layers[j]->self_attn->o);
    visit_group(j, "mlp", layers[j]->mlp->gate_up);
    visit_group(j, "mlp", layers[j]->mlp->down);
  }
}

}  // namespace mola
