#include "ops/saved_group.h"

namespace mola {

void SavedGroup::save(torch::autograd::AutogradContext* ctx) const {
  torch::autograd::variable_list saved = {input, weight, lora_A, routers, hidden, inverse};
  saved.insert(saved.end(), lora_B.begin(), lora_B.end());
  for (const auto& gate : gates) {
    saved.insert(saved.end(), {gate.probabilities, gate.weights, gate.indices, gate.gated});
  }
  ctx->save_for_backward(saved);
}

SavedGroup SavedGroup::load(const torch::autograd::AutogradContext* ctx, size_t mixtures) {
  const auto saved = ctx->get_saved_variables();
  SavedGroup result = {saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], {}, {}};
  size_t next = 6;
  for (size_t i = 0; i < mixtures; ++i) result.lora_B.push_back(saved[next++]);
  for (; next < saved.size(); next += 4) {
    result.gates.push_back({saved[next], saved[next + 1], saved[next + 2], saved[next + 3]});
  }
  return result;
}

}  // namespace mola
