#include "mola/model/llama.h"

#include <torch/types.h>

#include <algorithm>

#include "mola/nn/pissa.h"
#include "nn/gradient_checkpointing.h"
#include "ops/device.h"
#include "ops/embedding.h"
#include "ops/kernel_dispatch.h"
#include "ops/rounded_length.h"
#include "ops/segment_numbers.h"
#include "ops/virtual_tokens.h"

namespace mola {

using torch::Tensor;

namespace {

// is_token [B, T] -> [B, 1, T, T]: true where a query may attend.
Tensor padding_mask(const Tensor& is_token) {
  const int64_t time = is_token.size(1);
  const auto like = torch::dtype(torch::kBool).device(is_token.device());
  // A padding query may attend to itself: an empty row has no softmax.
  const auto itself = torch::eye(time, like);
  return ((torch::ones({time, time}, like).tril() & is_token.unsqueeze(1)) | itself).unsqueeze(1);
}

}  // namespace

LlamaImpl::LlamaImpl(const LlamaConfig& config_, const AdapterConfig& adapter_,
                     PromptTuning prompt_tuning_, std::vector<DecoderLayer> layers_, RMSNorm norm_,
                     torch::TensorOptions weight_options)
    : config(config_),
      adapter(adapter_),
      layers(std::move(layers_)),
      norm(register_module("norm", std::move(norm_))),
      rotary_(config.head_dim, config.rope_theta, config.rope_scaling, weight_options.device()) {
  if (!prompt_tuning_.is_empty()) {
    prompt_tuning = register_module("prompt_tuning", std::move(prompt_tuning_));
  }
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
    inputs.mask =
        padding_mask(torch::constant_pad_nd(is_token, {num_virtual_tokens(), 0}, /*value=*/true));
  }
  return run(input_ids.reshape(-1), positions.reshape(-1), inputs, trace).view({batch, time, -1});
}

Tensor LlamaImpl::forward(const PackedTokens& tokens, RoutingTrace* trace,
                          const std::optional<DropoutKey>& key) {
  const auto& offsets = tokens.offsets;
  TORCH_CHECK(!offsets.empty() && offsets.back() == tokens.ids.size(0), "Llama: found offsets ",
              offsets, ", expected values that increase from 0 to ", tokens.ids.size(0),
              ", the number of tokens");
  const size_t records = trace != nullptr ? trace->records.size() : 0;
  const auto hidden =
      run(tokens.ids, tokens.positions,
          {{}, tokens.offsets, {}, std::nullopt, tokens.parents, key, tokens.segments}, trace);
  for (size_t i = records; trace != nullptr && i < trace->records.size(); ++i) {
    trace->records[i].multiplicity = tokens.multiplicity;
  }
  return hidden;
}

Tensor LlamaImpl::forward_cached(const Tensor& input_ids, const std::vector<int64_t>& offsets,
                                 const std::vector<int64_t>& slots, KeyValueCache& cache,
                                 RoutingTrace* trace) {
  torch::NoGradGuard no_grad;
  const int64_t front = num_virtual_tokens();
  std::vector<int64_t> positions, lengths;
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t past = std::max<int64_t>(cache.lengths.at(slots[i]) - front, 0);
    for (int64_t t = offsets[i]; t < offsets[i + 1]; ++t) {
      positions.push_back(past + t - offsets[i]);
    }
    lengths.push_back(front + past + offsets[i + 1] - offsets[i]);
    cache.reserve(lengths.back());
  }
  AttentionInputs inputs;
  inputs.offsets = offsets;
  inputs.cached = CachedSequences{&cache, slots};
  const auto hidden =
      run(input_ids, torch::tensor(positions, torch::kLong).to(input_ids.device()), inputs, trace);
  for (size_t i = 0; i < slots.size(); ++i) cache.lengths[slots[i]] = lengths[i];
  return hidden;
}

KeyValueCache LlamaImpl::make_cache(int64_t slots, int64_t capacity) const {
  return {config.num_hidden_layers,        slots,           config.num_key_value_heads,
          capacity + num_virtual_tokens(), config.head_dim, embed_tokens.options()};
}

void LlamaImpl::use_adapter(bool use) {
  use_adapter_ = use;
  for (auto& layer : layers) layer->self_attn->use_adapter = use;
  for_each_group([use](int64_t, const char*, ProjectionGroup& group) {
    const bool changes = group->use_adapter != use;
    group->use_adapter = use;
    for (size_t i = 0; changes && i < group->mixtures.size(); ++i) {
      const auto& mixture = group->mixtures[i];
      if (mixture.is_empty() || !mixture->initial_A.defined()) continue;
      put_back_initial_factors(*group, i, /*into_weight=*/!use);
    }
  });
}

void LlamaImpl::prepare_for_inference() {
  const auto freeze = [](auto& module, torch::Dtype dtype) {
    if (module.is_empty()) return;
    for (auto& parameter : module->parameters()) {  // buffers, PiSSA's initial factors, stay fp32
      parameter.set_data(parameter.to(dtype));
      parameter.requires_grad_(false);
    }
  };
  const auto dtype = embed_tokens.scalar_type();
  freeze(prompt_tuning, dtype);
  for (auto& layer : layers) freeze(layer->self_attn->adaption_prompt, dtype);
  for_each_projection([&](const ProjectionPlace& place) {
    auto& mixture = place.mixture();
    if (mixture.is_empty()) return;
    for (auto& expert : mixture->experts) freeze(expert, dtype);
    freeze(mixture->router, accumulate_dtype(dtype));
  });
}

int64_t LlamaImpl::num_virtual_tokens() const {
  return prompt_tuning.is_empty() || !use_adapter_ ? 0
                                                   : prompt_tuning->options.num_virtual_tokens();
}

// `inputs` are those of the text, without angles; only their mask includes the virtual tokens.
Tensor LlamaImpl::run(const Tensor& input_ids, const Tensor& positions, AttentionInputs inputs,
                      RoutingTrace* trace) {
  const auto dtype = embed_tokens.scalar_type();
  const auto embeddings = embed(embed_tokens, input_ids);
  const int64_t front = num_virtual_tokens();
  // Before the layers, so that one that is recomputed has the same masks.
  if (is_training() && !inputs.dropout) inputs.dropout = random_dropout_key();
  if (front == 0) {
    inputs.rotary = rotary_.angles(positions, dtype);
    return run_layers(embeddings, inputs, trace);
  }
  const VirtualTokens virtual_tokens(inputs, front);
  const auto front_positions = torch::arange(front, positions.options());
  inputs.rotary =
      rotary_.angles(virtual_tokens.put_before(positions + front, front_positions), dtype);
  inputs.offsets = virtual_tokens.offsets();
  inputs.segments = std::nullopt;  // those of the text alone
  const auto prompt = prompt_tuning->prompt_embeddings.to(dtype);
  return virtual_tokens.take_away(
      run_layers(virtual_tokens.put_before(embeddings, prompt), inputs, trace));
}

// Rows of zeros are put behind the tokens, so that numbers of rows come again (rounded_length).
// Nothing of them comes out.
Tensor LlamaImpl::run_layers(Tensor hidden, AttentionInputs inputs, RoutingTrace* trace) {
  const int64_t tokens = hidden.size(0);
  const bool is_packed = !inputs.mask.defined() && !inputs.cached;
  const int64_t rows = on_host(hidden) && is_packed ? rounded_length(tokens) : tokens;
  if (is_gpu(hidden.device()) && is_packed && !inputs.segments) {
    inputs.segments = segment_tensors(inputs.offsets, inputs.parents, hidden.device());
  }
  hidden = with_rows(hidden, rows);
  inputs.rotary = {with_rows(inputs.rotary.cos, rows), with_rows(inputs.rotary.sin, rows)};
  const size_t records = trace != nullptr ? trace->records.size() : 0;
  for (size_t j = 0; j < layers.size(); ++j) {
    if (trace != nullptr) trace->layer = static_cast<int64_t>(j);
    if (inputs.cached) inputs.cached->layer = static_cast<int64_t>(j);
    if (inputs.dropout) inputs.dropout->layer = static_cast<uint32_t>(j);
    hidden = gradient_checkpointing && torch::GradMode::is_enabled()
                 ? forward_checkpointed(layers[j], hidden, inputs, trace)
                 : layers[j]->forward(hidden, inputs, trace);
  }
  if (rows == tokens) return norm->forward(hidden);
  for (size_t i = records; trace != nullptr && i < trace->records.size(); ++i) {
    auto& routing = trace->records[i].routing;
    for (auto* rows_of : {&routing.probabilities, &routing.expert_weights, &routing.expert_indices})
      *rows_of = rows_of->narrow(0, 0, tokens);
  }
  return norm->forward(hidden.narrow(0, 0, tokens));
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

std::vector<ProjectionPlace> LlamaImpl::projections() {
  std::vector<ProjectionPlace> places;
  for_each_projection([&](const ProjectionPlace& place) { places.push_back(place); });
  return places;
}

}  // namespace mola
