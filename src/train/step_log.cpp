#include "train/step_log.h"

#include <torch/types.h>

#include <cmath>
#include <cstdio>
#include <numeric>

#include "base/terminal.h"
#include "mola/base/log.h"
#include "ops/device.h"
#include "train/not_finite.h"

namespace mola {
namespace {

double seconds_since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

template <class... Numbers>
std::string text_of(const char* format, Numbers... numbers) {
  char text[192];
  std::snprintf(text, sizeof text, format, numbers...);
  return text;
}

std::string speed_text(const StepMetrics& metrics) {
  const auto speed = text_of("%.0f tokens/s", metrics.tokens_per_second);
  const double computed = metrics.computed_tokens_per_second;
  const bool shares = computed < metrics.tokens_per_second;
  return shares ? speed + text_of(" (%.0f computed)", computed) : speed;
}

ExpertNumbers to_numbers(const LayerPicks& picks, int64_t layers) {
  if (picks.empty()) return {};
  ExpertNumbers numbers(static_cast<size_t>(layers));
  std::vector<torch::Tensor> parts;
  for (const auto& [layer, counts] : picks) parts.push_back(counts);
  const auto all = torch::cat(parts).to(torch::kCPU, torch::kDouble);  // one synchronization
  const auto* next = all.data_ptr<double>();
  for (const auto& [layer, counts] : picks) {
    numbers[static_cast<size_t>(layer)].assign(next, next + counts.size(0));
    next += counts.size(0);
  }
  return numbers;
}

LayerPicks to_picks(const ExpertNumbers& numbers) {
  LayerPicks picks;
  for (size_t layer = 0; layer < numbers.size(); ++layer) {
    if (numbers[layer].empty()) continue;
    picks[static_cast<int64_t>(layer)] = torch::tensor(numbers[layer], torch::kFloat);
  }
  return picks;
}

// The share of each expert in the assignments of its layer.
ExpertNumbers shares(ExpertNumbers picks) {
  for (auto& layer : picks) {
    const double sum = std::accumulate(layer.begin(), layer.end(), 0.0);
    for (auto& count : layer) count /= sum;
  }
  return picks;
}

}  // namespace

StepLog::StepLog(const std::string& folder, int64_t log_every, const Trainer& trainer)
    : log_every_(log_every),
      steps_per_epoch_(trainer.steps_per_epoch()),
      total_steps_(trainer.total_steps()),
      layers_(trainer.layers()),
      metrics_(folder + "/metrics.jsonl") {
  draw_from(0);
}

void StepLog::draw_from(int64_t step) {
  first_step_ = step;
  if (can_draw_bar()) bar_ = std::make_unique<Progress>("training", total_steps_, step);
}

void StepLog::go_on(int64_t step, const UnloggedSums& sums) {
  draw_from(step);
  steps_ = sums.steps;
  loss_ = torch::tensor(sums.loss, torch::kFloat);
  balance_loss_ = torch::tensor(sums.balance_loss, torch::kFloat);
  picks_ = to_picks(sums.picks);
}

UnloggedSums StepLog::unlogged() const {
  if (steps_ == 0) return {};
  return {steps_, loss_.item<double>(), balance_loss_.item<double>(), to_numbers(picks_, layers_)};
}

void StepLog::add(const Trainer::Step& step) {
  loss_ = steps_ == 0 ? step.loss : loss_ + step.loss;
  balance_loss_ = steps_ == 0 ? step.balance_loss : balance_loss_ + step.balance_loss;
  add_picks(picks_, step.picks);
  ++steps_;
  tokens_ += step.tokens;
  computed_tokens_ += step.computed_tokens;
  const auto is_bad = (step.loss + step.grad_norm).isfinite().logical_not();
  const auto number = torch::where(is_bad, step.number, 0);
  bad_step_ = bad_step_.defined() ? torch::where(bad_step_ == 0, number, bad_step_) : number;
  if (on_host(bad_step_)) check_finite();
  if (bar_ != nullptr) {
    bar_->update(step.number, state_);
  } else if (step.number == first_step_ + 2) {
    step.grad_norm.item();  // so that a GPU has done what the time is for
    log_info("about " + time_left(step.number) + " left for " +
             std::to_string(total_steps_ - step.number) + " more steps");
  }
}

StepMetrics StepLog::means(const Trainer::Step& step) const {
  const auto sums = unlogged();
  StepMetrics metrics;
  metrics.step = step.number;
  metrics.epoch = static_cast<double>(step.number) / static_cast<double>(steps_per_epoch_);
  metrics.loss = sums.loss / static_cast<double>(sums.steps);
  metrics.balance_loss = sums.balance_loss / static_cast<double>(sums.steps);
  metrics.expert_load = shares(sums.picks);
  metrics.learning_rate = step.learning_rate;
  metrics.grad_norm = step.grad_norm.item<double>();
  const double seconds = seconds_since(written_at_);
  metrics.tokens_per_second = static_cast<double>(tokens_) / seconds;
  metrics.computed_tokens_per_second = static_cast<double>(computed_tokens_) / seconds;
  check_finite();
  return metrics;
}

void StepLog::check_finite() const {
  if (!bad_step_.defined()) return;  // no step of this process
  const auto step = bad_step_.item<int64_t>();
  if (step == 0) return;
  throw NotFinite("step " + std::to_string(step) +
                  ": the loss or the gradient's norm is no longer finite; " +
                  "a lower train.learning_rate may help");
}

void StepLog::write(const StepMetrics& metrics) {
  show(metrics);
  for (const auto& warning : warnings_.add(metrics)) log_warning(warning);
  metrics_.write(metrics);
  written_at_ = Clock::now();
  steps_ = 0;
  tokens_ = 0;
  computed_tokens_ = 0;
  picks_.clear();
}

void StepLog::show(const StepMetrics& metrics) {
  if (bar_ != nullptr) {
    state_ = text_of("loss %.4f  %s", metrics.loss, speed_text(metrics).c_str());
    return bar_->update(metrics.step, state_);
  }
  log_info(
      text_of("step %lld/%lld  epoch %.2f  loss %.4f  balance %.4f  lr %.2e  norm %.3f  "
              "%s  %s left",
              static_cast<long long>(metrics.step), static_cast<long long>(total_steps_),
              metrics.epoch, metrics.loss, metrics.balance_loss, metrics.learning_rate,
              metrics.grad_norm, speed_text(metrics).c_str(), time_left(metrics.step).c_str()));
}

std::string StepLog::time_left(int64_t step) const {
  return time_left_text(seconds_since(start_), first_step_, step, total_steps_);
}

}  // namespace mola
