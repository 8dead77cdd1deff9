#include "mola/config/llama_config.h"

#include <filesystem>

#include "base/excerpt.h"
#include "base/input_file.h"
#include "base/json_file.h"
#include "config/fields.h"
#include "config/llama_shape.h"

namespace mola {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Far above any model, and far below overflow of the product of two.
constexpr int64_t kLargestSize = 1 << 20;

int64_t size_of(const JsonReader& reader, const std::string& key) {
  return reader.require(key, reader.integer(key, 1, kLargestSize));
}

double positive_number(const JsonReader& reader, const std::string& key, double fallback) {
  return reader.number(key, "above 0", [](double v) { return v > 0; }).value_or(fallback);
}

RopeScaling read_rope_scaling(const JsonReader& reader) {
  RopeScaling scaling;
  // Older files use "type".
  const auto old_type = reader.text("type");
  const auto new_type = reader.text("rope_type");
  if (!new_type && !old_type) reader.refuse("rope_type", "is missing");
  const std::string type = new_type.value_or(old_type.value_or(""));
  if (type == "default") return scaling;
  if (type != "linear" && type != "llama3") {
    reader.refuse("rope_type", "found '" + excerpt(type) + "', expected default, linear or llama3");
  }
  scaling.type = type == "linear" ? RopeScaling::Type::kLinear : RopeScaling::Type::kLlama3;
  scaling.factor = positive_number(reader, "factor", 0);
  if (scaling.factor == 0) reader.refuse("factor", "is missing");
  if (type == "linear") return scaling;
  scaling.low_freq_factor = positive_number(reader, "low_freq_factor", scaling.low_freq_factor);
  scaling.high_freq_factor = positive_number(reader, "high_freq_factor", scaling.high_freq_factor);
  if (scaling.high_freq_factor <= scaling.low_freq_factor) {
    reader.refuse("high_freq_factor", "is not above low_freq_factor");
  }
  scaling.original_max_position_embeddings = size_of(reader, "original_max_position_embeddings");
  return scaling;
}

void refuse_what_is_not_llama(const JsonReader& reader) {
  const std::string model_type = reader.required_text("model_type");
  if (model_type != "llama") {
    reader.refuse("model_type", "found '" + excerpt(model_type) + "', expected 'llama'");
  }
  for (const auto* key : {"attention_bias", "mlp_bias"}) {
    if (reader.boolean(key).value_or(false)) reader.refuse(key, "found true, expected false");
  }
  reader.number("partial_rotary_factor", "of 1", [](double v) { return v == 1; });
  if (reader.text_or_json("quantization_config")) {
    reader.refuse("quantization_config", "found one, but quantized weights are not supported");
  }
  const std::string activation = reader.text("hidden_act").value_or("silu");
  if (activation != "silu") {
    reader.refuse("hidden_act", "found '" + excerpt(activation) + "', expected 'silu'");
  }
}

// False if there is none.
bool read_rope(const JsonReader& reader, LlamaConfig& config) {
  bool is_given = false;
  // transformers 5 writes both settings as one object, rope_parameters.
  for (const auto* key : {"rope_scaling", "rope_parameters"}) {
    if (!reader.is_given(key)) continue;
    is_given = true;
    const JsonReader rope = reader.object(key);
    config.rope_scaling = read_rope_scaling(rope);
    config.rope_theta = positive_number(rope, "rope_theta", config.rope_theta);
  }
  return is_given;
}

json rope_scaling_json(const RopeScaling& scaling) {
  if (scaling.type == RopeScaling::Type::kNone) return nullptr;
  if (scaling.type == RopeScaling::Type::kLinear) {
    return {{"rope_type", "linear"}, {"factor", scaling.factor}};
  }
  return {{"rope_type", "llama3"},
          {"factor", scaling.factor},
          {"low_freq_factor", scaling.low_freq_factor},
          {"high_freq_factor", scaling.high_freq_factor},
          {"original_max_position_embeddings", scaling.original_max_position_embeddings}};
}

Field<LlamaConfig> rope_field() {
  Field<LlamaConfig> field;
  field.key = "rope_scaling";
  field.help =
      "Scaling of the rotary frequencies: an object with rope_type (default, linear or llama3) and "
      "its parameters, as in a Hugging Face config.json.";
  field.schema = {{"type", {"object", "null"}}};
  field.read = [](const JsonReader& reader, const std::string&, LlamaConfig& config) {
    return read_rope(reader, config);
  };
  field.write = [](const LlamaConfig& config) { return rope_scaling_json(config.rope_scaling); };
  return field;
}

}  // namespace

const Fields<LlamaConfig>& llama_fields() {
  using C = LlamaConfig;
  const auto size = [](const char* key, int64_t C::*member, const char* help) {
    return integer_field(key, member, {1, kLargestSize}, help);
  };
  const auto optional = [](Field<C> field) {
    field.default_value = nullptr;  // derived from other fields
    return field;
  };
  static const Fields<C> kFields = {
      size("vocab_size", &C::vocab_size, "Size of the vocabulary.").required(),
      size("hidden_size", &C::hidden_size, "Width of the hidden states.").required(),
      size("intermediate_size", &C::intermediate_size, "Width of the MLP.").required(),
      size("num_hidden_layers", &C::num_hidden_layers, "Number of decoder layers.").required(),
      size("num_attention_heads", &C::num_attention_heads, "Number of query heads.").required(),
      optional(size("num_key_value_heads", &C::num_key_value_heads,
                    "Number of key and value heads; by default num_attention_heads.")),
      optional(integer_field("head_dim", &C::head_dim, {2, kLargestSize},
                             "Width of a head; by default hidden_size / num_attention_heads.")),
      number_field("rms_norm_eps", &C::rms_norm_eps, positive(),
                   "Term added to the mean square of RMSNorm for numerical stability."),
      boolean_field("tie_word_embeddings", &C::tie_word_embeddings,
                    "Use the embedding matrix as the output head."),
      integer_field("max_position_embeddings", &C::max_position_embeddings, {1},
                    "Longest sequence that the model is made for, in tokens."),
      number_field("rope_theta", &C::rope_theta, positive(), "Base of the rotary frequencies."),
      rope_field(),
  };
  return kFields;
}

LlamaConfig read_llama_shape(const JsonReader& reader) {
  LlamaConfig config;
  for (const auto& field : llama_fields()) {
    const bool is_given = field.read(reader, field.key, config);
    if (field.is_required && !is_given) reader.refuse(field.key, "is missing");
  }
  if (config.num_key_value_heads == 0) config.num_key_value_heads = config.num_attention_heads;
  const bool has_head_dim = config.head_dim != 0;
  if (!has_head_dim) config.head_dim = config.hidden_size / config.num_attention_heads;

  if (config.num_attention_heads % config.num_key_value_heads != 0) {
    reader.refuse("num_key_value_heads", "found " + std::to_string(config.num_key_value_heads) +
                                             ", which does not divide num_attention_heads, " +
                                             std::to_string(config.num_attention_heads));
  }
  if (config.head_dim < 2 || config.head_dim % 2 != 0) {
    const std::string expected =
        ", expected an even number of at least 2 (rotary embeddings rotate pairs)";
    if (has_head_dim) {
      reader.refuse("head_dim", "found " + std::to_string(config.head_dim) + expected);
    }
    reader.refuse("num_attention_heads", "found " + std::to_string(config.num_attention_heads) +
                                             ", which makes head_dim " +
                                             std::to_string(config.head_dim) + expected);
  }
  return config;
}

LlamaConfig read_llama_config(const std::string& path) {
  std::error_code ignored;
  const bool is_config = std::filesystem::path(path).extension() == ".json" &&
                         std::filesystem::is_regular_file(path, ignored);
  if (!is_config) check_input_folder("model", path);
  const std::string file = is_config ? path : path + "/config.json";
  const json values = read_json_file(file);
  ConfigSource source{file, {}, {}};
  const JsonReader reader(values, source, "");
  refuse_what_is_not_llama(reader);
  return read_llama_shape(reader);
}

std::string llama_config_text(const LlamaConfig& config, const std::string& dtype, int64_t bos_id,
                              int64_t eos_id) {
  return ordered_json({{"architectures", {"LlamaForCausalLM"}},
                       {"model_type", "llama"},
                       {"torch_dtype", dtype},
                       {"vocab_size", config.vocab_size},
                       {"hidden_size", config.hidden_size},
                       {"intermediate_size", config.intermediate_size},
                       {"num_hidden_layers", config.num_hidden_layers},
                       {"num_attention_heads", config.num_attention_heads},
                       {"num_key_value_heads", config.num_key_value_heads},
                       {"head_dim", config.head_dim},
                       {"hidden_act", "silu"},
                       {"rms_norm_eps", config.rms_norm_eps},
                       {"rope_theta", config.rope_theta},
                       {"rope_scaling", rope_scaling_json(config.rope_scaling)},
                       {"tie_word_embeddings", config.tie_word_embeddings},
                       {"max_position_embeddings", config.max_position_embeddings},
                       {"bos_token_id", bos_id},
                       {"eos_token_id", eos_id}})
      .dump(2);
}

}  // namespace mola
