#include "mola/io/base_model.h"

#include <filesystem>

#include "base/atomic_folder.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "io/base_model_files.h"
#include "io/weight_files.h"
#include "mola/base/error.h"
#include "mola/io/safetensors.h"

namespace mola {
namespace {

using nlohmann::ordered_json;
using torch::Tensor;

const std::string kEmbedding = "model.embed_tokens.weight";

// Calls `visit` with the name in a checkpoint and the tensor of every weight.
void for_each_weight(Llama& model,
                     const std::function<void(const std::string&, const Tensor&)>& visit) {
  visit(kEmbedding, model->embed_tokens);
  for (size_t j = 0; j < model->layers.size(); ++j) {
    const std::string prefix = "model.layers." + std::to_string(j) + ".";
    const auto& layer = model->layers[j];
    visit(prefix + "input_layernorm.weight", layer->input_layernorm->weight);
    visit(prefix + "post_attention_layernorm.weight", layer->post_attention_layernorm->weight);
  }
  model->for_each_projection([&](const ProjectionPlace& place) {
    visit(weight_name(place.layer, place.block, place.name),
          place.group.projection_weight(place.index));
  });
  visit("model.norm.weight", model->norm->weight);
  if (model->lm_head.defined()) visit("lm_head.weight", model->lm_head);
}

void write_weights(Llama& model, const std::string& folder) {
  TensorMap tensors;
  for_each_weight(model,
                  [&](const std::string& name, const Tensor& weight) { tensors[name] = weight; });
  save_safetensors(folder + "/model.safetensors", tensors);
}

// As torch and transformers name it.
std::string dtype_name(const Llama& model) {
  switch (model->embed_tokens.scalar_type()) {
    case torch::kBFloat16:
      return "bfloat16";
    case torch::kHalf:
      return "float16";
    default:
      return "float32";
  }
}

std::string generation_config_text(const Tokenizer& tokenizer) {
  return ordered_json({{"bos_token_id", tokenizer.bos_id()}, {"eos_token_id", tokenizer.eos_id()}})
      .dump(2);
}

// With it transformers encodes as `Tokenizer` does: slow, legacy, with bos in front.
std::string tokenizer_config_text(int64_t longest) {
  return ordered_json({{"tokenizer_class", "LlamaTokenizer"},
                       {"legacy", true},
                       {"add_bos_token", true},
                       {"add_eos_token", false},
                       {"bos_token", "<s>"},
                       {"eos_token", "</s>"},
                       {"unk_token", "<unk>"},
                       {"clean_up_tokenization_spaces", false},
                       {"model_max_length", longest}})
      .dump(2);
}

}  // namespace

void load_base_model(Llama& model, const std::string& folder) {
  WeightFiles files(folder);
  for_each_weight(
      model, [&](const std::string& name, const Tensor& weight) { files.read_into(name, weight); });
  files.refuse_what_was_not_read(model->config.tie_word_embeddings);
}

torch::Dtype stored_dtype(const std::string& folder) {
  return WeightFiles(folder).dtype(kEmbedding);
}

void save_base_model(Llama& model, const Tokenizer& tokenizer, const std::string& folder) {
  const auto& config = model->config;
  AtomicFolder output(folder);
  write_weights(model, output.path());
  write_file(output.path() + "/config.json",
             llama_config_text(config, dtype_name(model), tokenizer.bos_id(), tokenizer.eos_id()));
  write_file(output.path() + "/generation_config.json", generation_config_text(tokenizer));
  write_file(output.path() + "/tokenizer.model", tokenizer.serialized());
  write_file(output.path() + "/tokenizer_config.json",
             tokenizer_config_text(config.max_position_embeddings));
  output.commit();
}

void save_base_model(Llama& model, const std::string& source, const std::string& folder) {
  AtomicFolder output(folder);
  write_base_model_files(model, source, output.path());
  output.commit();
}

void write_base_model_files(Llama& model, const std::string& source, const std::string& folder) {
  write_weights(model, folder);
  auto config = read_json_file(source + "/config.json");
  config[config.contains("dtype") ? "dtype" : "torch_dtype"] = dtype_name(model);
  write_file(folder + "/config.json", config.dump(2) + "\n");
  for (const std::string name : {"/added_tokens.json", "/chat_template.jinja",
                                 "/generation_config.json", "/special_tokens_map.json",
                                 "/tokenizer.json", "/tokenizer.model", "/tokenizer_config.json"}) {
    if (std::filesystem::exists(source + name)) write_file(folder + name, read_file(source + name));
  }
}

}  // namespace mola
