#include "io/pissa_tensors.h"

#include "io/adapter_format.h"
#include "mola/nn/pissa.h"

namespace mola {
namespace {

using torch::Tensor;

// Calls `visit` with every projection that has experts, and the names of its tensors.
void for_each_mixture(
    Llama& model, const std::function<void(const ProjectionPlace&, const AdapterNames&)>& visit) {
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (place.mixture().is_empty()) return;
    visit(place, AdapterNames(model->adapter.type, place.layer, place.block, place.name));
  });
}

}  // namespace

void add_initial_factors(Llama& model, TensorMap& tensors) {
  for_each_mixture(model, [&](const ProjectionPlace& place, const AdapterNames& names) {
    const auto& initial_A = place.mixture()->initial_A;
    const auto& initial_B = place.mixture()->initial_B;
    if (model->adapter.type == AdapterType::kLora) {
      auto& lora_A = tensors.at(names.lora_A(0));
      auto& lora_B = tensors.at(names.lora_B(0));
      lora_A = torch::cat({lora_A.detach(), initial_A}, 0);
      lora_B = torch::cat({lora_B.detach(), -initial_B}, 1);
    } else {
      tensors[names.initial_A()] = initial_A.clone();
      tensors[names.initial_B()] = initial_B.clone();
    }
  });
}

void take_initial_factors(Llama& model, const TensorMap& tensors) {
  torch::NoGradGuard no_grad;
  for_each_mixture(model, [&](const ProjectionPlace& place, const AdapterNames& names) {
    if (model->adapter.type == AdapterType::kLora) {
      const auto& expert = place.mixture()->experts[0];
      const auto A = tensors.at(names.lora_A(0)).chunk(2, 0);
      const auto B = tensors.at(names.lora_B(0)).chunk(2, 1);
      expert->lora_A.copy_(A[0]);
      expert->lora_B.copy_(B[0]);
      set_initial_factors(place.group, place.index, A[1], -B[1]);
    } else {
      set_initial_factors(place.group, place.index, tensors.at(names.initial_A()),
                          tensors.at(names.initial_B()));
    }
  });
}

}  // namespace mola
