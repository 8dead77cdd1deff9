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

void train_all_weights(Llama& model) {
  for (auto& parameter : model->parameters()) parameter.requires_grad_(true);
}

}  // namespace mola
