#include "train/recorder.h"

#include <torch/types.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/file_changes.h"
#include "base/output_file.h"
#include "io/run_folder.h"
#include "io/trained_files.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/io/safetensors_file.h"
#include "mola/train/validation.h"
#include "train/not_finite.h"
#include "train/run_identity.h"

namespace mola {
namespace {

const std::string kConfig = "/config.json";
const std::string kMetrics = "/metrics.jsonl";
const std::string kBest = "/best";

void begin_run(const RunConfig& run) {
  make_run_folder(run.output.dir);
  write_file(run.output.dir + kConfig, run_config_text(run));
}

// Refuses a damaged checkpoint, and names the one before it as a way out. Later checks are of what
// the run is resumed with, which may differ from every checkpoint.
void check_files(const std::string& checkpoint, const std::string& folder, bool trains_base) {
  std::string problem;
  try {
    read_progress(checkpoint);
    const SafetensorsFile state(checkpoint + "/state.safetensors");
    problem = damage_of(checkpoint, trains_base);
  } catch (const Error& error) {
    problem = error.what();
  }
  const std::string older = second_newest_checkpoint(folder);
  if (!problem.empty() && !older.empty()) {
    fail(problem, "; to resume from ", older, ", remove ", checkpoint);
  }
}

RunProgress resume_run(Trainer& trainer, const RunConfig& run, const RunIdentity& identity) {
  const std::string& folder = run.output.dir;
  const std::string checkpoint = newest_checkpoint(folder);
  RunProgress progress;
  if (!checkpoint.empty()) {
    check_files(checkpoint, folder, trainer.model()->adapter.trains_base);
    check_identity(checkpoint, read_progress(checkpoint).identity, identity, run.model.path);
    progress = load_checkpoint(trainer, checkpoint);
  }
  cut_metrics(folder + kMetrics, progress.pending ? progress.step - 1 : progress.step);
  log_info(checkpoint.empty() ? "no checkpoint in " + folder + "; starting from the first step"
                              : "resuming from " + checkpoint);
  return progress;
}

}  // namespace

void log_end(const RunConfig& run, const std::string& folder) {
  const bool is_finished = folder == trained_folder(run);
  log_info(folder.empty() ? "stopped before the first step"
                          : (is_finished ? trained_name(run.adapter) : "stopped: checkpoint") +
                                " saved in " + folder);
}

Recorder::Recorder(Trainer& trainer, const RunConfig& run, const RunData& data,
                   const Loader* validation, RunStatus status)
    : trainer_(&trainer),
      identity_(identity_of(trainer, data, run.model.path)),
      source_(run.model.path),
      config_text_(run_config_text(run)),
      output_(run.output),
      validation_(validation),
      evaluate_every_(run.train.evaluate_every.value_or(trainer.steps_per_epoch())),
      total_steps_(trainer.total_steps()) {
  RunProgress progress;
  if (status == RunStatus::kStopped) {
    progress = resume_run(trainer, run, identity_);
  } else {
    begin_run(run);
  }
  best_validation_loss_ = progress.best_validation_loss;
  pending_ = progress.pending;
  last_step_ = saved_step_ = progress.step;
  log_.emplace(output_.dir, output_.log_every, trainer);
  log_->go_on(progress.step, progress.unlogged);
}

std::string Recorder::train(const Trainer::OnStep& on_step,
                            const Trainer::ShouldStop& should_stop) {
  should_stop_ = should_stop;
  // Pretraining saves its initial model once the folder of the run is there.
  if (identity_.base_model.empty()) identity_.base_model = known_base_model(source_);
  const auto record_step = [&](const Trainer::Step& step) {
    record(step);
    return !pending_ && (!on_step || on_step(step));
  };
  if (pending_) log_pending();
  const bool is_finished = !pending_ && trainer_->run(record_step, should_stop) && !pending_;
  return is_finished ? finish() : stop();
}

void Recorder::record(const Trainer::Step& step) {
  log_->add(step);
  last_step_ = step.number;
  try {
    write(step);
  } catch (const NotFinite&) {
    throw;  // each attempt would leave another copy of useless weights
  } catch (const std::exception& error) {
    if (step.number == total_steps_) rescue(error.what());
    throw;
  }
}

void Recorder::write(const Trainer::Step& step) {
  if (is_evaluated(step.number) || log_->is_due(step.number)) {
    auto metrics = log_->means(step);  // before the evaluation, which is not part of the step time
    if (is_evaluated(step.number)) {
      const auto loss = validation_loss(trainer_->model(), *validation_, should_stop_);
      if (!loss) {
        pending_ = PendingStep{metrics.learning_rate, metrics.grad_norm};
        return;
      }
      add_validation(metrics, *loss);
    }
    log_->write(metrics);
  }
  if (step.number % output_.save_every == 0 && step.number != total_steps_) {
    checkpoint(step.number);
  }
}

bool Recorder::is_evaluated(int64_t step) const {
  return validation_ != nullptr && (step % evaluate_every_ == 0 || step == total_steps_);
}

// Validates and logs a step that an earlier process had completed.
void Recorder::log_pending() {
  Trainer::Step step;
  step.number = last_step_;
  step.learning_rate = pending_->learning_rate;
  step.grad_norm = torch::tensor(pending_->grad_norm);
  pending_.reset();
  write(step);
}

void Recorder::add_validation(StepMetrics& metrics, double loss) {
  if (!std::isfinite(loss)) {
    throw NotFinite("step " + std::to_string(metrics.step) +
                    ": the validation loss is not finite; a lower train.learning_rate may help");
  }
  const bool is_best = !best_validation_loss_ || loss < *best_validation_loss_;
  if (is_best) {
    const std::string folder = output_.dir + kBest;
    check_finite(folder);
    restore_config();
    save_trained(trainer_->model(), source_, folder);
    best_validation_loss_ = loss;
  }
  char line[64];
  std::snprintf(line, sizeof(line), "step %lld/%lld  validation loss %.4f",
                static_cast<long long>(metrics.step), static_cast<long long>(total_steps_), loss);
  log_info(line + std::string(is_best ? ", the lowest so far" : ""));
  metrics.validation_loss = loss;
}

std::string Recorder::finish() {
  const std::string folder = output_.dir + "/" + trained_name(trainer_->model()->adapter);
  check_finite(folder);
  const bool trains_base = trainer_->model()->adapter.trains_base;
  const bool was_there = std::filesystem::exists(folder);  // damaged, or someone else's
  try {
    log_->flush();
    log_.reset();  // removes the progress bar
    restore_config();
    save_trained(trainer_->model(), source_, folder);
  } catch (const std::exception& error) {
    if (!was_there && damage_of(folder, trains_base).empty()) throw;  // all of it is there
    rescue(error.what());
  }
  return folder;
}

// A finished training is never thrown away: if its place takes no folder, another may.
void Recorder::rescue(const std::string& problem) {
  const std::string name = trained_name(trainer_->model()->adapter);
  check_finite(output_.dir + "/" + name);
  std::error_code no_folder;
  const auto temporary = std::filesystem::temp_directory_path(no_folder).string();
  for (const auto& place : {output_.dir, no_folder ? "/tmp" : temporary}) {
    const std::string folder = random_name(place + "/" + name, ".saved-");
    if (make_folder(folder) != 0) continue;
    try {
      write_trained_files(trainer_->model(), source_, folder);
    } catch (const std::exception&) {
      remove_all(folder);
      continue;
    }
    fail(problem, "; what was trained is saved in ", folder, " instead");
  }
  fail(problem, "; free space and add --resume to train again from the latest checkpoint");
}

std::string Recorder::stop() {
  if (saved_step_ != last_step_) checkpoint(last_step_);
  log_.reset();
  return last_step_ == 0 ? "" : checkpoint_folder(last_step_);
}

std::string Recorder::checkpoint_folder(int64_t step) const {
  return output_.dir + "/checkpoint-" + std::to_string(step);
}

void Recorder::checkpoint(int64_t step) {
  const std::string folder = checkpoint_folder(step);
  check_finite(folder);
  RunProgress progress;
  progress.step = step;
  progress.best_validation_loss = best_validation_loss_;
  progress.unlogged = log_->unlogged();
  progress.pending = pending_;
  progress.identity = identity_;
  log_->flush();  // a checkpoint that survives a power failure has its metrics
  restore_config();
  save_checkpoint(*trainer_, progress, source_, folder);
  remove_old_checkpoints(output_.dir, output_.keep);
  saved_step_ = step;
}

void Recorder::check_finite(const std::string& folder) const {
  for (const auto& item : trainer_->model()->named_parameters()) {
    if (item.value().requires_grad() && !item.value().isfinite().all().item<bool>()) {
      fail(folder, ": not saved: found non-finite values in ", item.key(),
           "; a lower train.learning_rate may help");
    }
  }
}

// Someone may have moved or removed the folder of the run meanwhile. What is saved next makes it
// again, and without its config nothing could resume from there.
void Recorder::restore_config() const {
  const std::string path = output_.dir + kConfig;
  if (std::filesystem::exists(path)) return;
  log_warning("output.dir " + output_.dir +
              ": found no config.json, which the run had written; the folder may have been moved "
              "or removed. The run goes on there, without earlier files");
  check_change(make_folders(output_.dir), "output.dir " + output_.dir, "cannot be created");
  write_file(path, config_text_);
}

}  // namespace mola
