#include "mola/train/trainer.h"

#include <torch/types.h>

#include <algorithm>

#include "mola/data/collate.h"
#include "mola/loss/causal_lm_loss.h"
#include "mola/loss/load_balancing_loss.h"
#include "mola/train/memory.h"
#include "mola/train/schedule.h"

namespace mola {
namespace {

struct StepSize {
  int64_t labelled = 0;
  int64_t tokens = 0;
};

int64_t token_count(const MicroBatch& micro_batch) {
  int64_t tokens = 0;
  for (const auto* sequence : micro_batch) {
    tokens += static_cast<int64_t>(sequence->input_ids.size());
  }
  return tokens;
}

StepSize measure(const std::vector<MicroBatch>& micro_batches) {
  StepSize size;
  for (const auto& micro_batch : micro_batches) {
    size.tokens += token_count(micro_batch);
    for (const auto* sequence : micro_batch) {
      const auto& labels = sequence->labels;
      size.labelled += std::count_if(labels.begin() + 1, labels.end(),
                                     [](int64_t label) { return label != kUnlabelled; });
    }
  }
  return size;
}

}  // namespace

Trainer::Trainer(Llama model, const Loader& loader, const TrainConfig& train)
    : model_(std::move(model)),
      loader_(&loader),
      train_(train),
      parameters_(*model_),
      optimizer_(parameters_, train) {
  keep_freed_memory();
}

int64_t Trainer::total_steps() const {
  return train_.max_steps.value_or(train_.epochs * loader_->steps_per_epoch());
}

void Trainer::run(const OnStep& on_step) {
  model_->train();
  for (int64_t number = 1; number <= total_steps(); ++number) on_step(step(number));
  model_->eval();
}

Trainer::Step Trainer::step(int64_t number) {
  const int64_t per_epoch = loader_->steps_per_epoch();
  const auto micro_batches = loader_->step((number - 1) / per_epoch, (number - 1) % per_epoch);
  const auto size = measure(micro_batches);
  const auto device = model_->embed_tokens.device();
  auto loss = torch::zeros({}, torch::device(device));
  auto balance_loss = torch::zeros_like(loss);

  parameters_.zero_gradients();
  for (const auto& micro_batch : micro_batches) {
    const auto batch = collate(micro_batch, device);
    RoutingTrace trace;
    // Padding is on the right: no token looks at what comes later, so attention needs no mask.
    const auto hidden = model_->forward(batch.input_ids, /*attention_mask=*/{}, &trace);
    const auto lm = causal_lm_loss(hidden, model_->head_weight(), batch.labels,
                                   static_cast<double>(size.labelled));
    const auto balance = load_balancing_loss(trace, batch.attention_mask).to(device) *
                         static_cast<double>(token_count(micro_batch)) /
                         static_cast<double>(size.tokens);
    (lm + train_.balance_coefficient * balance).backward();
    loss += lm.detach();
    balance_loss += balance.detach();
  }
  parameters_.check();
  const auto grad_norm = parameters_.clip_gradients(train_.max_grad_norm);
  const double learning_rate = learning_rate_at(train_, number - 1, total_steps());
  optimizer_.step(learning_rate);
  return {number, learning_rate, size.tokens, loss, balance_loss, grad_norm};
}

}  // namespace mola
