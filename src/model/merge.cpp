#include "mola/model/merge.h"

#include <torch/types.h>

#include "mola/base/error.h"
#include "mola/model/builders.h"
#include "nn/add_to_weight.h"

namespace mola {
namespace {

void check_foldable(Llama& model) {
  if (model->adapter.num_virtual_tokens > 0 || model->adapter.adapter_layers > 0) {
    fail("the adapter consists of prompts, which cannot be merged into the weights");
  }
  for (const auto& place : model->projections()) {
    const size_t experts = place.mixture().is_empty() ? 0 : place.mixture()->experts.size();
    if (experts > 1) {
      fail("the adapter has ", experts, " experts in layer ", place.layer, ", ", place.name,
           ": their weights differ from token to token, so they cannot be merged");
    }
  }
}

}  // namespace

Llama merge_adapter(Llama& model) {
  torch::NoGradGuard no_grad;
  check_foldable(model);
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
