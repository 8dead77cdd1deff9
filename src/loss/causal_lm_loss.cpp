#include "mola/loss/causal_lm_loss.h"

#include <torch/types.h>

namespace mola {

using torch::Tensor;

int64_t count_labelled(const Tensor& labels) {
  return (labels.narrow(1, 1, labels.size(1) - 1) != kUnlabelled).sum().item<int64_t>();
}

Tensor causal_lm_loss(const Tensor& hidden, const Tensor& head_weight, const Tensor& labels,
                      double normalizer) {
  const int64_t predictions = labels.size(1) - 1;
  const auto targets = labels.narrow(1, 1, predictions).reshape(-1);
  const auto states = hidden.narrow(1, 0, predictions).reshape({-1, hidden.size(2)});
  const auto labelled = torch::nonzero(targets != kUnlabelled).squeeze(1);
  const auto logits = torch::linear(states.index_select(0, labelled), head_weight);
  const auto wide = logits.scalar_type() == torch::kDouble ? logits : logits.to(torch::kFloat);
  return torch::cross_entropy_loss(wide, targets.index_select(0, labelled), /*weight=*/{},
                                   at::Reduction::Sum) /
         normalizer;
}

}  // namespace mola
