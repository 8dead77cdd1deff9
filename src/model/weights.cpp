#include "mola/model/weights.h"

#include <torch/types.h>

namespace mola {

void initialize_weights(Llama& model) {
  constexpr double kDeviation = 0.02;
  torch::NoGradGuard no_grad;
  model->embed_tokens.normal_(0, kDeviation);
  for (const auto& layer : model->layers) {
    layer->input_layernorm->weight.fill_(1);
    layer->post_attention_layernorm->weight.fill_(1);
  }
  model->for_each_projection([&](const ProjectionPlace& place) {
    place.group.projection_weight(place.index).normal_(0, kDeviation);
  });
  model->norm->weight.fill_(1);
  if (model->lm_head.defined()) model->lm_head.normal_(0, kDeviation);
}

void initialize_prompt(Llama& model, const std::vector<int64_t>& token_ids) {
  TORCH_CHECK(!token_ids.empty(), "initialize_prompt: found no token");
  for (const int64_t id : token_ids) {
    TORCH_CHECK(id >= 0 && id < model->config.vocab_size, "initialize_prompt: found the token ", id,
                ", expected 0 to below ", model->config.vocab_size);
  }
  torch::NoGradGuard no_grad;
  const auto& prompt = model->prompt_tuning->prompt_embeddings;
  for (int64_t row = 0; row < prompt.size(0); ++row) {
    prompt[row].copy_(model->embed_tokens[token_ids[row % token_ids.size()]]);
  }
}

void unfreeze(Llama& model) {
  for (auto& parameter : model->parameters()) parameter.requires_grad_(true);
}

}  // namespace mola
