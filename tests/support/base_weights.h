#pragma once

#include <functional>
#include <string>

#include "mola/io/safetensors.h"
#include "mola/model/llama.h"

namespace mola {

/// What `of` makes of each parameter of `model` without its adapter, such as its gradient, under
/// the names that they have in a checkpoint.
inline TensorMap base_tensors(Llama& model,
                              const std::function<torch::Tensor(const torch::Tensor&)>& of) {
  TensorMap tensors = {{"model.embed_tokens.weight", of(model->embed_tokens)},
                       {"model.norm.weight", of(model->norm->weight)}};
  if (model->lm_head.defined()) tensors["lm_head.weight"] = of(model->lm_head);
  for (size_t j = 0; j < model->layers.size(); ++j) {
    const std::string prefix = "model.layers." + std::to_string(j) + ".";
    const auto& layer = model->layers[j];
    tensors[prefix + "input_layernorm.weight"] = of(layer->input_layernorm->weight);
    tensors[prefix + "post_attention_layernorm.weight"] =
        of(layer->post_attention_layernorm->weight);
  }
  model->for_each_projection([&](const ProjectionPlace& place) {
    std::vector<int64_t> widths;
    for (const auto& projection : place.group.options.projections()) {
      widths.push_back(projection.out_features());
    }
    tensors["model.layers." + std::to_string(place.layer) + "." + place.block + "." + place.name +
            ".weight"] = of(place.group.weight).split_with_sizes(widths)[place.index];
  });
  return tensors;
}

inline TensorMap base_weights(Llama& model) {
  return base_tensors(model, [](const torch::Tensor& parameter) { return parameter; });
}

}  // namespace mola
