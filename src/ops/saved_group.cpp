#include "ops/saved_group.h"

namespace mola {

void SavedGroup::save(torch::autograd::AutogradContext* ctx) const {
  torch::autograd::variable_list saved = {input, weight, lora_A, routers, hidden};
  for (const auto& [lora_B, gate] : mixtures) {
    saved.insert(saved.end(), {lora_B, gate.probabilities, gate.weights, gate.indices, gate.gated});
  }
  ctx->save_for_backward(saved);
}

SavedGroup SavedGroup::load(const torch::autograd::AutogradContext* ctx) {
  const auto saved = ctx->get_saved_variables();
  SavedGroup result = {saved[0], saved[1], saved[2], saved[3], saved[4], {}};
  for (size_t i = 5; i < saved.size(); i += 5) {
    result.mixtures.push_back({saved[i], {saved[i + 1], saved[i + 2], saved[i + 3], saved[i + 4]}});
  }
  return result;
}

}  // namespace mola
