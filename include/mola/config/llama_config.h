#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// Scaling of the rotary frequencies for contexts longer than the training context.
struct RopeScaling {
  enum class Type { kNone, kLinear, kLlama3 };
  Type type = Type::kNone;
  double factor = 1.0;
  double low_freq_factor = 1.0;                  ///< llama3
  double high_freq_factor = 4.0;                 ///< llama3
  int64_t original_max_position_embeddings = 0;  ///< llama3
};

/// The shape of a LLaMA-family model, as in its Hugging Face config.json.
struct LlamaConfig {
  int64_t vocab_size = 0;         ///< V
  int64_t hidden_size = 0;        ///< H
  int64_t intermediate_size = 0;  ///< F
  int64_t num_hidden_layers = 0;  ///< L
  int64_t num_attention_heads = 0;
  int64_t num_key_value_heads = 0;  ///< divides num_attention_heads
  int64_t head_dim = 0;
  double rms_norm_eps = 1e-6;
  double rope_theta = 10000.0;
  RopeScaling rope_scaling;
  int64_t max_position_embeddings = 2048;  ///< longest sequence it is made for
  bool tie_word_embeddings = false;
};

/// Reads `path`, a config.json or a folder that contains one. Keys that do not affect the
/// computation are ignored. Throws `Error` with the key for unsupported features (another
/// model_type, biases, another activation or rope scaling).
LlamaConfig read_llama_config(const std::string& path);

/// The text of config.json for a model of this shape with weights of `dtype` ("float32",
/// "bfloat16").
std::string llama_config_text(const LlamaConfig& config, const std::string& dtype, int64_t bos_id,
                              int64_t eos_id);

}  // namespace mola
