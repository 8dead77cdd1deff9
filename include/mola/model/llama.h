#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <functional>
#include <string>
#include <vector>

#include "mola/config/adapter_config.h"
#include "mola/config/llama_config.h"
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
  /// `adapter` says what the layers' mixtures and the prompts were built from; its table is empty
  /// without mixtures, `prompt_tuning` null without virtual tokens.
  LlamaImpl(const LlamaConfig& config, const AdapterConfig& adapter, PromptTuning prompt_tuning,
            std::vector<DecoderLayer> layers, RMSNorm norm, torch::TensorOptions weight_options);

  /// input_ids [B, T] int64 -> the last hidden states [B, T, H], after the final norm.
  ///
  /// `attention_mask` [B, T] is nonzero for tokens and zero for padding, on either side; undefined
  /// is no padding. A token's position is the number of tokens before it in its sequence. What is
  /// computed at padding positions has no meaning. With `trace`, the routing of all layers is added
  /// to it. Here and below, the virtual tokens of prompt tuning stand in front of every sequence
  /// inside the model alone: what goes in and comes out, positions too, is the text's.
  torch::Tensor forward(const torch::Tensor& input_ids, const torch::Tensor& attention_mask = {},
                        RoutingTrace* trace = nullptr);

  /// The same for sequences of any lengths that lie end to end, so that nothing is padded:
  /// input_ids [N] and the tokens' positions in their sequences [N], int64 -> [N, H]. `offsets`
  /// says where each sequence begins among the tokens, and N at the end (also known as cu_seqlens).
  torch::Tensor forward_packed(const torch::Tensor& input_ids, const torch::Tensor& positions,
                               const std::vector<int64_t>& offsets, RoutingTrace* trace = nullptr);

  /// The same for tokens that continue sequences: sequence i goes on from what the slot `slots[i]`
  /// of `cache` holds, and its new tokens are added there, behind the virtual ones where it is
  /// empty. Positions follow from the cache, which grows where it is too small. Keeps no gradient.
  torch::Tensor forward_cached(const torch::Tensor& input_ids, const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& slots, KeyValueCache& cache,
                               RoutingTrace* trace = nullptr);

  /// An empty cache for so many sequences, with room for `capacity` tokens of each.
  KeyValueCache make_cache(int64_t slots, int64_t capacity) const;

  /// Switches the adapter off, so that the base model alone is left, and on again.
  void use_adapter(bool use);

  /// Casts the adapter to the dtype of the base model, in which it is computed anyway: the same
  /// outputs without a cast at every call. It can no longer be trained.
  void prepare_for_inference();

  /// hidden [..., H] -> logits [..., V]
  torch::Tensor logits(const torch::Tensor& hidden) const;

  /// The head's matrix [V, H]; with tied embeddings the embedding itself.
  const torch::Tensor& head_weight() const;

  /// Calls `visit` for every projection, layer by layer in the order of the forward pass.
  void for_each_projection(const std::function<void(const ProjectionPlace&)>& visit);

  /// All projections, in the same order. They live as long as the model.
  std::vector<ProjectionPlace> projections();

  LlamaConfig config;
  AdapterConfig adapter;
  PromptTuning prompt_tuning{nullptr};  ///< null without virtual tokens
  std::vector<DecoderLayer> layers;
  RMSNorm norm;
  torch::Tensor embed_tokens;  ///< [V, H]
  torch::Tensor lm_head;       ///< [V, H], undefined with tied embeddings

  /// Keep only the input of each decoder layer for the backward pass, and compute the layer again
  /// there: less memory for a third more time, and the same gradients.
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
