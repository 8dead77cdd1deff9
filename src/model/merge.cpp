#include "mola/model/merge.h"

#include <torch/types.h>

#include "mola/base/error.h"
#include "mola/model/builders.h"
#include "nn/add_to_weight.h"

namespace mola {
void check_mergeable(const AdapterConfig& adapter) {
  if (adapter.num_virtual_tokens > 0 || adapter.adapter_layers > 0) {
    fail("the adapter consists of prompts, which cannot be merged into the weights");
  }
  for (const auto& projection : adapter.target_modules) {
    const auto& experts = adapter.allocation.values.at(projection);
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      if (experts[layer] <= 1) continue;
      fail("the adapter has ", experts[layer], " experts in layer ", layer, ", ", projection,
           ": their weights differ from token to token, so they cannot be merged");
    }
  }
}

Llama merge_adapter(Llama& model) {
  torch::NoGradGuard no_grad;
  check_mergeable(model->adapter);
  auto merged = share_base(model, {});
  const auto targets = merged->projections();
  size_t next = 0;
  for (const auto& place : model->projections()) {
    const auto& target = targets[next++];
    if (place.mixture().is_empty()) continue;
    const auto& expert = place.mixture()->experts[0];
    add_to_weight(target.group, target.index,
                  expert->lora_B.mm(expert->lora_A) * expert->scaling());
  }
  merged->eval();
  return merged;
}

}  // namespace mola
