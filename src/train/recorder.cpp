#include "mola/train/recorder.h"

#include <cmath>
#include <cstdio>

#include "mola/error.h"
#include "mola/io/adapter.h"
#include "mola/io/run_folder.h"
#include "mola/log.h"

namespace mola {
namespace {

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string made_run_folder(const std::string& path) {
  make_run_folder(path);
  return path;
}

}  // namespace

Recorder::Recorder(Llama model, const OutputConfig& output, int64_t steps_per_epoch,
                   int64_t total_steps)
    : model_(std::move(model)),
      output_(output),
      steps_per_epoch_(steps_per_epoch),
      total_steps_(total_steps),
      metrics_(made_run_folder(output.dir) + "/metrics.jsonl") {}

void Recorder::record(const Trainer::Step& step) {
  loss_ = steps_ == 0 ? step.loss : loss_ + step.loss;
  balance_loss_ = steps_ == 0 ? step.balance_loss : balance_loss_ + step.balance_loss;
  ++steps_;
  tokens_ += step.tokens;
  if (step.number % output_.log_every == 0 || step.number == total_steps_) log(step);
  if (step.number % output_.save_every == 0 && step.number != total_steps_) {
    save(output_.dir + "/checkpoint-" + std::to_string(step.number));
    remove_old_checkpoints(output_.dir, output_.keep);
  }
}

void Recorder::log(const Trainer::Step& step) {
  StepMetrics metrics;
  metrics.step = step.number;
  metrics.epoch = static_cast<double>(step.number) / static_cast<double>(steps_per_epoch_);
  metrics.loss = loss_.item<double>() / static_cast<double>(steps_);
  metrics.balance_loss = balance_loss_.item<double>() / static_cast<double>(steps_);
  metrics.learning_rate = step.learning_rate;
  metrics.grad_norm = step.grad_norm.item<double>();
  const auto now = Clock::now();
  metrics.tokens_per_second = static_cast<double>(tokens_) / seconds_between(logged_at_, now);
  logged_at_ = now;
  steps_ = 0;
  tokens_ = 0;
  if (!std::isfinite(metrics.loss) || !std::isfinite(metrics.grad_norm)) {
    fail("step ", step.number, ": the loss is ", metrics.loss, " and the gradient's norm ",
         metrics.grad_norm, "; a lower train.learning_rate may help");
  }
  metrics_.write(metrics);

  char line[256];
  std::snprintf(line, sizeof(line),
                "step %lld/%lld  epoch %.2f  loss %.4f  balance %.4f  lr %.2e  norm %.3f  "
                "%.0f tokens/s  %s left",
                static_cast<long long>(step.number), static_cast<long long>(total_steps_),
                metrics.epoch, metrics.loss, metrics.balance_loss, metrics.learning_rate,
                metrics.grad_norm, metrics.tokens_per_second, time_left(step.number).c_str());
  log_info(line);
}

std::string Recorder::time_left(int64_t step) const {
  const double share = static_cast<double>(total_steps_ - step) / static_cast<double>(step);
  const auto seconds = std::llround(seconds_between(start_, Clock::now()) * share);
  char text[32];
  std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60,
                seconds % 60);
  return text;
}

std::string Recorder::finish() {
  const std::string folder = output_.dir + "/adapter";
  save(folder);
  return folder;
}

void Recorder::save(const std::string& folder) {
  for (const auto& item : model_->named_parameters()) {
    if (item.value().requires_grad() && !item.value().isfinite().all().item<bool>()) {
      fail(folder, ": not saved, since ", item.key(),
           " is no longer finite; a lower train.learning_rate may help");
    }
  }
  save_adapter(model_, folder);
}

}  // namespace mola
