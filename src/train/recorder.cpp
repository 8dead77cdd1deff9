#include "mola/train/recorder.h"

#include <torch/types.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "io/atomic_file.h"
#include "mola/error.h"
#include "mola/io/adapter.h"
#include "mola/io/run_folder.h"
#include "mola/log.h"
#include "mola/train/validation.h"

namespace mola {
namespace {

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

const std::string kConfig = "/config.json";
const std::string kMetrics = "/metrics.jsonl";
const std::string kAdapter = "/adapter";
const std::string kBest = "/best";

void begin_run(const RunConfig& run) {
  make_run_folder(run.output.dir);
  write_file(run.output.dir + kConfig, run_config_text(run));
}

RunProgress resume_run(Trainer& trainer, const std::string& folder) {
  const std::string checkpoint = newest_checkpoint(folder);
  RunProgress progress;
  if (!checkpoint.empty()) progress = load_checkpoint(trainer, checkpoint);
  cut_metrics(folder + kMetrics, progress.step);
  log_info(checkpoint.empty() ? folder + " holds no checkpoint yet; starting from the first step"
                              : "resuming from " + checkpoint);
  return progress;
}

}  // namespace

RunStatus find_run(const RunConfig& run) {
  const std::string& folder = run.output.dir;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return RunStatus::kNew;
  remove_leftovers(folder);
  if (std::filesystem::is_empty(folder)) return RunStatus::kNew;
  if (!std::filesystem::exists(folder + kConfig)) {
    fail("output.dir ", folder, ": holds files but no config.json, so it is no run to resume");
  }
  check_same_run(run, read_run_config(folder + kConfig), folder);
  return std::filesystem::exists(folder + kAdapter) ? RunStatus::kFinished : RunStatus::kStopped;
}

Recorder::Recorder(Trainer& trainer, const RunConfig& run, const Loader* validation,
                   RunStatus status)
    : trainer_(&trainer),
      output_(run.output),
      validation_(validation),
      evaluate_every_(run.train.evaluate_every.value_or(trainer.steps_per_epoch())),
      total_steps_(trainer.total_steps()) {
  if (status == RunStatus::kStopped) {
    go_on(resume_run(trainer, output_.dir));
  } else {
    begin_run(run);
  }
  metrics_.emplace(output_.dir + kMetrics);
}

void Recorder::go_on(const RunProgress& progress) {
  const auto like = torch::device(trainer_->model()->embed_tokens.device());
  first_step_ = progress.step;
  best_validation_loss_ = progress.best_validation_loss;
  steps_ = progress.unlogged_steps;
  loss_ = torch::full({}, progress.unlogged_loss, like);
  balance_loss_ = torch::full({}, progress.unlogged_balance_loss, like);
}

void Recorder::record(const Trainer::Step& step) {
  loss_ = steps_ == 0 ? step.loss : loss_ + step.loss;
  balance_loss_ = steps_ == 0 ? step.balance_loss : balance_loss_ + step.balance_loss;
  ++steps_;
  tokens_ += step.tokens;
  const bool is_last = step.number == total_steps_;
  if (step.number % output_.log_every == 0 || is_evaluated(step.number) || is_last) log(step);
  if (step.number % output_.save_every == 0 && !is_last) checkpoint(step.number);
}

bool Recorder::is_evaluated(int64_t step) const {
  return validation_ != nullptr && (step % evaluate_every_ == 0 || step == total_steps_);
}

void Recorder::log(const Trainer::Step& step) {
  StepMetrics metrics;
  metrics.step = step.number;
  metrics.epoch =
      static_cast<double>(step.number) / static_cast<double>(trainer_->steps_per_epoch());
  metrics.loss = loss_.item<double>() / static_cast<double>(steps_);
  metrics.balance_loss = balance_loss_.item<double>() / static_cast<double>(steps_);
  metrics.learning_rate = step.learning_rate;
  metrics.grad_norm = step.grad_norm.item<double>();
  metrics.tokens_per_second =
      static_cast<double>(tokens_) / seconds_between(logged_at_, Clock::now());
  if (!std::isfinite(metrics.loss) || !std::isfinite(metrics.grad_norm)) {
    fail("step ", step.number, ": the loss is ", metrics.loss, " and the gradient's norm ",
         metrics.grad_norm, "; a lower train.learning_rate may help");
  }
  char line[256];
  std::snprintf(line, sizeof(line),
                "step %lld/%lld  epoch %.2f  loss %.4f  balance %.4f  lr %.2e  norm %.3f  "
                "%.0f tokens/s  %s left",
                static_cast<long long>(step.number), static_cast<long long>(total_steps_),
                metrics.epoch, metrics.loss, metrics.balance_loss, metrics.learning_rate,
                metrics.grad_norm, metrics.tokens_per_second, time_left(step.number).c_str());
  log_info(line);
  if (is_evaluated(step.number)) metrics.validation_loss = evaluate(step.number);
  metrics_->write(metrics);
  logged_at_ = Clock::now();
  steps_ = 0;
  tokens_ = 0;
}

double Recorder::evaluate(int64_t step) {
  const double loss = validation_loss(trainer_->model(), *validation_);
  if (!std::isfinite(loss)) {
    fail("step ", step, ": the validation loss is ", loss,
         "; a lower train.learning_rate may help");
  }
  const bool is_best = !best_validation_loss_ || loss < *best_validation_loss_;
  if (is_best) {
    const std::string folder = output_.dir + kBest;
    check_finite(folder);
    save_adapter(trainer_->model(), folder);
    best_validation_loss_ = loss;
  }
  char line[64];
  std::snprintf(line, sizeof(line), "step %lld/%lld  validation loss %.4f",
                static_cast<long long>(step), static_cast<long long>(total_steps_), loss);
  log_info(line + std::string(is_best ? ", the lowest so far" : ""));
  return loss;
}

std::string Recorder::time_left(int64_t step) const {
  const double share =
      static_cast<double>(total_steps_ - step) / static_cast<double>(step - first_step_);
  const auto seconds = std::llround(seconds_between(start_, Clock::now()) * share);
  char text[32];
  std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60,
                seconds % 60);
  return text;
}

std::string Recorder::finish() {
  const std::string folder = output_.dir + kAdapter;
  check_finite(folder);
  save_adapter(trainer_->model(), folder);
  return folder;
}

void Recorder::checkpoint(int64_t step) {
  const std::string folder = output_.dir + "/checkpoint-" + std::to_string(step);
  check_finite(folder);
  RunProgress progress;
  progress.step = step;
  progress.best_validation_loss = best_validation_loss_;
  progress.unlogged_steps = steps_;
  if (steps_ > 0) {
    progress.unlogged_loss = loss_.item<double>();
    progress.unlogged_balance_loss = balance_loss_.item<double>();
  }
  save_checkpoint(*trainer_, progress, folder);
  remove_old_checkpoints(output_.dir, output_.keep);
}

void Recorder::check_finite(const std::string& folder) const {
  for (const auto& item : trainer_->model()->named_parameters()) {
    if (item.value().requires_grad() && !item.value().isfinite().all().item<bool>()) {
      fail(folder, ": not saved, since ", item.key(),
           " is no longer finite; a lower train.learning_rate may help");
    }
  }
}

}  // namespace mola
