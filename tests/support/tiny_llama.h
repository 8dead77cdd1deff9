#pragma once

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mola/config/llama_config.h"
#include "mola/io/safetensors.h"
#include "support/test_files.h"

namespace mola {

/// A LLaMA of two layers in which every kind of matrix has a shape of its own.
inline LlamaConfig tiny_llama_config() {
  LlamaConfig config;
  config.vocab_size = 16;
  config.hidden_size = 8;
  config.intermediate_size = 12;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 3;
  config.num_key_value_heads = 1;
  config.head_dim = 2;
  return config;
}

/// The shape of LLaMA-2-7B, for what needs no weights.
inline LlamaConfig llama2_7b_config() {
  LlamaConfig config;
  config.vocab_size = 32000;
  config.hidden_size = 4096;
  config.intermediate_size = 11008;
  config.num_hidden_layers = 32;
  config.num_attention_heads = 32;
  config.num_key_value_heads = 32;
  config.head_dim = 128;
  return config;
}

/// The tensors of a LLaMA as Hugging Face names them, all filled by `make` from their shapes.
template <class Make>
TensorMap llama_tensors(const LlamaConfig& config, Make make) {
  const int64_t H = config.hidden_size;
  const int64_t F = config.intermediate_size;
  const int64_t query = config.num_attention_heads * config.head_dim;
  const int64_t key = config.num_key_value_heads * config.head_dim;
  TensorMap tensors;
  const auto add = [&](const std::string& name, const std::vector<int64_t>& shape) {
    tensors[name + ".weight"] = make(shape);
  };
  add("model.embed_tokens", {config.vocab_size, H});
  for (int64_t j = 0; j < config.num_hidden_layers; ++j) {
    const std::string layer = "model.layers." + std::to_string(j) + ".";
    add(layer + "input_layernorm", {H});
    add(layer + "self_attn.q_proj", {query, H});
    add(layer + "self_attn.k_proj", {key, H});
    add(layer + "self_attn.v_proj", {key, H});
    add(layer + "self_attn.o_proj", {H, query});
    add(layer + "post_attention_layernorm", {H});
    add(layer + "mlp.gate_proj", {F, H});
    add(layer + "mlp.up_proj", {F, H});
    add(layer + "mlp.down_proj", {H, F});
  }
  add("model.norm", {H});
  if (!config.tie_word_embeddings) add("lm_head", {config.vocab_size, H});
  return tensors;
}

inline TensorMap random_llama(const LlamaConfig& config) {
  torch::manual_seed(1);
  return llama_tensors(config, [](const auto& shape) { return torch::randn(shape); });
}

inline TensorMap in_dtype(TensorMap tensors, torch::Dtype dtype) {
  for (auto& [name, tensor] : tensors) tensor = tensor.to(dtype);
  return tensors;
}

/// config.json of `config`.
inline std::string config_text(const LlamaConfig& config) {
  return nlohmann::json({{"model_type", "llama"},
                         {"vocab_size", config.vocab_size},
                         {"hidden_size", config.hidden_size},
                         {"intermediate_size", config.intermediate_size},
                         {"num_hidden_layers", config.num_hidden_layers},
                         {"num_attention_heads", config.num_attention_heads},
                         {"num_key_value_heads", config.num_key_value_heads},
                         {"head_dim", config.head_dim},
                         {"tie_word_embeddings", config.tie_word_embeddings}})
      .dump();
}

/// Writes config.json and model.safetensors, and returns the folder's path.
inline std::string write_llama(const TempFolder& folder, const LlamaConfig& config,
                               const TensorMap& tensors) {
  folder.write("config.json", config_text(config));
  save_safetensors(folder.path("model.safetensors"), tensors);
  return folder.path();
}

}  // namespace mola
