#include "mola/train/validation.h"

#include <torch/types.h>

#include <utility>

#include "model/evaluation_mode.h"
#include "mola/data/collate.h"
#include "mola/loss/causal_lm_loss.h"

namespace mola {

double validation_loss(Llama model, const Loader& loader) {
  return *validation_loss(std::move(model), loader, /*should_stop=*/{});
}

std::optional<double> validation_loss(Llama model, const Loader& loader,
                                      const std::function<bool()>& should_stop) {
  torch::NoGradGuard no_grad;
  const EvaluationMode mode(model);
  const auto device = model->embed_tokens.device();
  auto sum = torch::zeros({}, torch::dtype(torch::kDouble).device(device));
  int64_t targets = 0;
  for (int64_t step = 0; step < loader.steps_per_epoch(); ++step) {
    for (const auto& micro_batch : loader.step(/*epoch=*/0, step)) {
      if (should_stop && should_stop()) return std::nullopt;
      const auto batch = collate(micro_batch, device, loader.options().share_prefix);
      const auto hidden = model->forward(batch.tokens);
      sum += causal_lm_loss(hidden, model->head_weight(), batch.targets, /*normalizer=*/1,
                            model->head_products.get());
      targets += batch.targets.count();
    }
  }
  return sum.item<double>() / static_cast<double>(targets);
}

}  // namespace mola
