#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/nn/lora_mixture.h"

namespace mola {

/// The mixture as the paper's section 3.1 reads, one expert after the other, for x [N, I]: what
/// every faster way of computing it has to equal. Dropout aside.
inline torch::Tensor reference_mixture(const LoraMixture& mixture, const torch::Tensor& x) {
  const auto expert_output = [&](size_t e) {
    const auto& expert = mixture->experts[e];
    return x.matmul(expert->lora_A.t()).matmul(expert->lora_B.t()) *
           (expert->options.alpha() / static_cast<double>(expert->options.rank()));
  };
  if (mixture->experts.size() == 1) return expert_output(0);

  const auto p = torch::softmax(x.matmul(mixture->router->weight.t()), -1);  // [N, E]
  const auto order = p.argsort(-1, /*descending=*/true);
  const auto chosen = order.narrow(-1, 0, mixture->options.top_k());  // [N, K]
  const auto sum_of_chosen = p.gather(-1, chosen).sum(-1);            // [N]
  auto y = torch::zeros({x.size(0), mixture->options.out_features()}, x.options());
  for (size_t e = 0; e < mixture->experts.size(); ++e) {
    const auto is_chosen = (chosen == static_cast<int64_t>(e)).any(-1);  // [N]
    const auto weight = is_chosen * p.select(-1, static_cast<int64_t>(e)) / sum_of_chosen;
    y = y + weight.unsqueeze(-1) * expert_output(e);
  }
  return y;
}

/// Gives every B of `module` random values: fresh ones are zero, and hide what depends on them.
inline void randomize_lora_B(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    if (item.key().find("lora_B") != std::string::npos) item.value().normal_();
  }
}

}  // namespace mola
