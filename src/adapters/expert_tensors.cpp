#include "adapters/expert_tensors.h"

namespace mola {

ExpertNames::ExpertNames(ExpertNaming naming, const ProjectionPlace& place)
    : prefix_(layer_prefix(place.layer) + place.block + "." + place.name + "."), naming_(naming) {}

std::string ExpertNames::lora_A(int64_t expert) const {
  const bool is_numbered = naming_ == ExpertNaming::kNumbered;
  return prefix_ + (is_numbered ? "lora_A_" + std::to_string(expert) : "lora_A") + ".weight";
}

std::string ExpertNames::lora_B(int64_t expert) const {
  const bool is_numbered = naming_ == ExpertNaming::kNumbered;
  return prefix_ + (is_numbered ? "lora_B_" + std::to_string(expert) : "lora_B") + ".weight";
}

std::string ExpertNames::router() const { return prefix_ + "router.router.weight"; }

std::string ExpertNames::initial_A() const { return prefix_ + "lora_A_init.weight"; }

std::string ExpertNames::initial_B() const { return prefix_ + "lora_B_init.weight"; }

std::string layer_prefix(int64_t layer) {
  return "base_model.model.model.layers." + std::to_string(layer) + ".";
}

void for_each_mixture(
    Llama& model, ExpertNaming naming,
    const std::function<void(const ProjectionPlace&, const ExpertNames&)>& visit) {
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (!place.mixture().is_empty()) visit(place, ExpertNames(naming, place));
  });
}

TensorMap expert_tensors(Llama& model, ExpertNaming naming) {
  TensorMap tensors;
  for_each_mixture(model, naming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    const auto& mixture = place.mixture();
    for (size_t e = 0; e < mixture->experts.size(); ++e) {
      tensors[names.lora_A(static_cast<int64_t>(e))] = mixture->experts[e]->lora_A;
      tensors[names.lora_B(static_cast<int64_t>(e))] = mixture->experts[e]->lora_B;
    }
    if (!mixture->router.is_empty()) tensors[names.router()] = mixture->router->weight;
  });
  return tensors;
}

std::vector<std::string> idle_routers(Llama& model, ExpertNaming naming) {
  std::vector<std::string> routers;
  for_each_mixture(model, naming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    if (place.mixture()->router.is_empty()) routers.push_back(names.router());
  });
  return routers;
}

}  // namespace mola
