#pragma once

#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "mola/io/base_model.h"
#include "mola/io/pretrained.h"
#include "mola/io/safetensors.h"
#include "mola/loss/causal_lm_loss.h"
#include "mola/loss/load_balancing_loss.h"

namespace mola {

/// The path of a committed reference folder.
inline std::string reference(const std::string& name) {
  return std::string(MOLA_REFERENCE_DIR) + "/" + name;
}

inline nlohmann::json read_json(const std::string& path) {
  return nlohmann::json::parse(std::ifstream(path));
}

/// The trained tensors of `model` under the names that its adapter file gives them.
inline TensorMap adapter_tensors(Llama& model) {
  TensorMap tensors;
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (place.mixture().is_empty()) return;
    const std::string prefix = "base_model.model.model.layers." + std::to_string(place.layer) +
                               "." + place.block + "." + place.name + ".";
    const auto& mixture = place.mixture();
    for (size_t e = 0; e < mixture->experts.size(); ++e) {
      const std::string number = "_" + std::to_string(e) + ".weight";
      tensors[prefix + "lora_A" + number] = mixture->experts[e]->lora_A;
      tensors[prefix + "lora_B" + number] = mixture->experts[e]->lora_B;
    }
    if (!mixture->router.is_empty()) {
      tensors[prefix + "router.router.weight"] = mixture->router->weight;
    }
  });
  return tensors;
}

/// What a training step computes of one batch.
struct ForwardPass {
  torch::Tensor logits;
  torch::Tensor lm_loss;
  torch::Tensor balance_loss;
};

inline ForwardPass run_forward(Llama& model, const torch::Tensor& input_ids,
                               const torch::Tensor& attention_mask, const torch::Tensor& labels) {
  RoutingTrace trace;
  const auto hidden = model->forward(input_ids, attention_mask, &trace);
  const auto targets = find_targets(labels);
  const auto normalizer = static_cast<double>(targets.count());
  return {model->logits(hidden), causal_lm_loss(hidden, model->head_weight(), targets, normalizer),
          load_balancing_loss(trace, attention_mask)};
}

}  // namespace mola
