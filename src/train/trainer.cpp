#include "mola/train/trainer.h"

#include <torch/types.h>

#include "mola/data/collate.h"
#include "mola/loss/causal_lm_loss.h"
#include "mola/train/schedule.h"
#include "train/malloc_tuning.h"
#include "train/random_devices.h"

namespace mola {
namespace {

// All micro-batches of a step, and the counts that normalize its losses.
struct StepData {
  std::vector<Batch> batches;
  int64_t targets = 0;
  int64_t tokens = 0;
};

StepData collate_step(const std::vector<MicroBatch>& micro_batches, torch::Device device) {
  StepData data;
  for (const auto& micro_batch : micro_batches) {
    data.batches.push_back(collate(micro_batch, device));
    data.targets += data.batches.back().targets.count();
    data.tokens += data.batches.back().tokens.count();
  }
  return data;
}

// The random numbers that a step draws, to take them back.
class RandomNumbers {
 public:
  explicit RandomNumbers(torch::Device device) : devices_(random_devices(device)) {
    for (const auto& [name, place] : devices_) states_[name] = random_state(place);
  }
  void restore() const {
    for (const auto& [name, place] : devices_) set_random_state(place, states_.at(name));
  }

 private:
  std::map<std::string, torch::Device> devices_;
  TensorMap states_;
};

}  // namespace

Trainer::Trainer(Llama model, const Loader& loader, const TrainConfig& train)
    : model_(std::move(model)),
      loader_(&loader),
      train_(train),
      parameters_(*model_),
      optimizer_(parameters_, train) {
  keep_freed_memory();
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

std::optional<Trainer::Step> Trainer::step(int64_t number, const ShouldStop& should_stop) {
  const int64_t per_epoch = loader_->steps_per_epoch();
  const auto device = model_->embed_tokens.device();
  const auto data =
      collate_step(loader_->step((number - 1) / per_epoch, (number - 1) % per_epoch), device);
  auto loss = torch::zeros({}, torch::device(device));
  auto balance_loss = torch::zeros_like(loss);
  LayerPicks picks;

  std::optional<RandomNumbers> random;
  if (should_stop) random.emplace(device);
  parameters_.zero_gradients();
  for (const auto& batch : data.batches) {
    if (should_stop && should_stop()) {
      random->restore();
      return std::nullopt;
    }
    RoutingTrace trace;
    const auto hidden = model_->forward(batch.tokens, &trace);
    auto total = causal_lm_loss(hidden, model_->head_weight(), batch.targets,
                                static_cast<double>(data.targets));
    loss += total.detach();
    if (!trace.records.empty()) {
      const double share =
          static_cast<double>(batch.tokens.count()) / static_cast<double>(data.tokens);
      const auto balance = load_balancing_loss(trace, {}, &picks) * share;
      balance_loss += balance.detach();
      total = total + train_.balance_coefficient * balance;
    }
    total.backward();
    parameters_.gather_gradients();
  }
  parameters_.check();
  const auto grad_norm = parameters_.clip_gradients(train_.max_grad_norm);
  const double learning_rate = learning_rate_at(train_, number - 1, total_steps());
  optimizer_.step(learning_rate);
  parameters_.round_values();
  return Step{number, learning_rate, data.tokens, loss, balance_loss, grad_norm, picks};
}

}  // namespace mola
