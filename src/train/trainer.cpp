#include "mola/train/trainer.h"

#include <torch/types.h>

#include "mola/data/collate.h"
#include "mola/loss/causal_lm_loss.h"
#include "mola/train/schedule.h"

namespace mola {
namespace {

// All micro-batches of a step, and the counts that normalize its losses.
struct StepData {
  std::vector<Batch> batches;
  int64_t targets = 0;
  int64_t tokens = 0;
  int64_t computed_tokens = 0;
};

StepData collate_step(const std::vector<MicroBatch>& micro_batches, torch::Device device,
                      bool share_prefix) {
  StepData data;
  for (const auto& micro_batch : micro_batches) {
    data.batches.push_back(collate(micro_batch, device, share_prefix));
    data.targets += data.batches.back().targets.count();
    data.tokens += data.batches.back().tokens.count();
    data.computed_tokens += data.batches.back().tokens.computed();
  }
  return data;
}

}  // namespace

Trainer::Trainer(Llama model, const Loader& loader, const TrainConfig& train)
    : model_(std::move(model)),
      loader_(&loader),
      train_(train),
      parameters_(*model_),
      optimizer_(parameters_, train) {
  model_->gradient_checkpointing = train.gradient_checkpointing;
}

int64_t Trainer::total_steps() const {
  return train_.max_steps.value_or(train_.epochs * loader_->steps_per_epoch());
}

int64_t Trainer::steps_per_epoch() const { return loader_->steps_per_epoch(); }

int64_t Trainer::layers() const { return static_cast<int64_t>(model_->layers.size()); }

TensorMap Trainer::state() const {
  auto state = optimizer_.state();
  if (parameters_.has_masters()) state["masters"] = parameters_.values();
  return state;
}

void Trainer::go_on_after(int64_t step) {
  parameters_.round_values();
  steps_taken_ = step;
}

bool Trainer::run(const OnStep& on_step, const ShouldStop& should_stop) {
  model_->train();
  bool goes_on = true;
  while (goes_on && steps_taken_ < total_steps()) {
    const auto taken = step(steps_taken_ + 1, should_stop);
    if (!taken) break;
    ++steps_taken_;
    goes_on = !on_step || on_step(*taken);
  }
  model_->eval();
  return steps_taken_ >= total_steps();
}

// Without a gradient if none is needed.
torch::Tensor Trainer::balance_of(const RoutingTrace& trace, LayerPicks& picks) const {
  const torch::AutoGradMode mode(train_.balance_coefficient != 0);
  return load_balancing_loss(trace, {}, &picks);
}

std::optional<Trainer::Step> Trainer::step(int64_t number, const ShouldStop& should_stop) {
  const int64_t per_epoch = loader_->steps_per_epoch();
  const auto device = model_->embed_tokens.device();
  const auto data = collate_step(loader_->step((number - 1) / per_epoch, (number - 1) % per_epoch),
                                 device, loader_->options().share_prefix);
  auto loss = torch::zeros({}, torch::device(device));
  auto balance_loss = torch::zeros_like(loss);
  LayerPicks picks;

  parameters_.zero_gradients();
  for (size_t i = 0; i < data.batches.size(); ++i) {
    if (should_stop && should_stop()) return std::nullopt;
    const auto& batch = data.batches[i];
    const DropoutKey key = {static_cast<uint64_t>(train_.seed), static_cast<uint64_t>(number),
                            static_cast<uint32_t>(i)};
    RoutingTrace trace;
    const auto hidden = model_->forward(batch.tokens, &trace, key);
    auto total = causal_lm_loss(hidden, model_->head_weight(), batch.targets,
                                static_cast<double>(data.targets), model_->head_products.get());
    loss += total.detach();
    if (!trace.records.empty()) {
      const double share =
          static_cast<double>(batch.tokens.count()) / static_cast<double>(data.tokens);
      const auto balance = balance_of(trace, picks) * share;
      balance_loss += balance.detach();
      if (balance.requires_grad()) total = total + train_.balance_coefficient * balance;
    }
    total.backward();
    parameters_.gather_gradients();
  }
  parameters_.check();
  const auto grad_norm = parameters_.clip_gradients(train_.max_grad_norm);
  const double learning_rate = learning_rate_at(train_, number - 1, total_steps());
  optimizer_.step(learning_rate);
  parameters_.round_values();
  return Step{number, learning_rate, data.tokens, data.computed_tokens,
              loss,   balance_loss,  grad_norm,   picks};
}

}  // namespace mola
