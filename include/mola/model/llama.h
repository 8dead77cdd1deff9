#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mola/config/adapter_config.h"
#include "mola/config/llama_config.h"
#include "mola/model/packed_tokens.h"
#include "mola/nn/decoder_layer.h"
#include "mola/nn/prompt_tuning.h"
#include "mola/nn/rotary_embedding.h"

namespace mola {

/// A projection of the model with its place: the layer, the group and its index in it.
struct ProjectionPlace {
  int64_t layer;
  std::string block;  ///< "self_attn" or "mlp"
  std::string name;   ///< such as "q_proj"
  ProjectionGroupImpl& group;
  size_t index;

  LoraMixture& mixture() const { return group.mixtures[index]; }
};

/// A LLaMA-family causal language model. B sequences of T tokens, hidden size H, vocabulary V.
class LlamaImpl : public torch::nn::Module {
 public:
  /// `adapter` is the config from which the layers' mixtures and the prompts were built; its
  /// allocation is empty without mixtures, `prompt_tuning` null without virtual tokens.
  LlamaImpl(const LlamaConfig& config, const AdapterConfig& adapter, PromptTuning prompt_tuning,
            std::vector<DecoderLayer> layers, RMSNorm norm, torch::TensorOptions weight_options);

  /// input_ids [B, T] int64 -> the last hidden states [B, T, H], after the final norm.
  ///
  /// `attention_mask` [B, T] is nonzero for tokens and zero for padding, on either side; undefined
  /// means no padding. A token's position is the number of tokens before it in its sequence.
  /// Outputs at padding positions have no meaning. The routing of all layers is added to `trace`
  /// unless it is null. Here and below, the virtual tokens of prompt tuning are put in front of
  /// every sequence inside the model only: inputs, outputs and positions are those of the text.
  torch::Tensor forward(const torch::Tensor& input_ids, const torch::Tensor& attention_mask = {},
                        RoutingTrace* trace = nullptr);

  /// The same for N packed tokens, without padding -> [N, H]. Each token attends to itself and to
  /// those before it in its sequence. Throws `c10::Error` unless the offsets rise from 0 to N.
  /// The dropout masks are those of `key`, or of one drawn from torch's generator of the CPU.
  torch::Tensor forward(const PackedTokens& tokens, RoutingTrace* trace = nullptr,
                        const std::optional<DropoutKey>& key = std::nullopt);

  /// The same for tokens that continue sequences: sequence i continues the slot `slots[i]` of
  /// `cache`, and its new tokens are added there, after the virtual ones if the slot is empty.
  /// Positions follow from the cache, which grows if it is too small. Records no gradient.
  torch::Tensor forward_cached(const torch::Tensor& input_ids, const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& slots, KeyValueCache& cache,
                               RoutingTrace* trace = nullptr);

  /// An empty cache for `slots` sequences, with room for `capacity` tokens of each.
  KeyValueCache make_cache(int64_t slots, int64_t capacity) const;

  /// Switches the adapter off, which leaves the base model alone, or on again.
  void use_adapter(bool use);

  /// Casts the adapter to the dtype of the base model, in which it is computed anyway, and routers
  /// to that of their logits: the same outputs without a cast at every call. It can no longer be
  /// trained.
  void prepare_for_inference();

  /// hidden [..., H] -> logits [..., V]
  torch::Tensor logits(const torch::Tensor& hidden) const;

  /// The head's matrix [V, H]; with tied embeddings, the embedding matrix.
  const torch::Tensor& head_weight() const;

  /// Calls `visit` for every projection, layer by layer in the order of the forward pass.
  void for_each_projection(const std::function<void(const ProjectionPlace&)>& visit);

  /// All projections, in the same order. They are valid as long as the model.
  std::vector<ProjectionPlace> projections();

  LlamaConfig config;
  AdapterConfig adapter;
  PromptTuning prompt_tuning{nullptr};  ///< null without virtual tokens
  std::vector<DecoderLayer> layers;
  RMSNorm norm;
  torch::Tensor embed_tokens;  ///< [V, H]
  torch::Tensor lm_head;       ///< [V, H], undefined with tied embeddings

  /// How the head is multiplied in the loss while it is frozen, as `ProjectionGroup::products`.
  std::shared_ptr<const FrozenProducts> head_products;

  /// Activation checkpointing: keep only the input of each decoder layer and recompute the layer in
  /// the backward pass: less memory for a third more time, and the same gradients.
  bool gradient_checkpointing = false;

 private:
  int64_t num_virtual_tokens() const;
  torch::Tensor run(const torch::Tensor& input_ids, const torch::Tensor& positions,
                    AttentionInputs inputs, RoutingTrace* trace);
  torch::Tensor run_layers(torch::Tensor hidden, AttentionInputs inputs, RoutingTrace* trace);
  void for_each_group(
      const std::function<void(int64_t layer, const char* block, ProjectionGroup& group)>& visit);

  RotaryEmbedding rotary_;
  bool use_adapter_ = true;
};

TORCH_MODULE(Llama);

}  // namespace mola
