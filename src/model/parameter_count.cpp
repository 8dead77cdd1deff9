#include "mola/model/parameter_count.h"

#include <torch/types.h>

namespace mola {
namespace {

int64_t count_trainable(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const auto& parameter : module.parameters()) {
    if (parameter.requires_grad()) count += parameter.numel();
  }
  return count;
}

}  // namespace

ParameterCount count_parameters(const Llama& model) {
  ParameterCount count;
  count.trainable = count_trainable(*model);
  for (const auto& parameter : model->parameters()) count.total += parameter.numel();
  for (const auto& layer : model->layers) {
    count.trainable_per_layer.push_back(count_trainable(*layer));
  }
  return count;
}

}  // namespace mola
