#pragma once

#include <functional>
#include <optional>

#include "mola/config/run_config.h"
#include "mola/data/loader.h"
#include "mola/loss/load_balancing_loss.h"
#include "mola/model/llama.h"
#include "mola/train/flat_parameters.h"
#include "mola/train/metrics.h"
#include "mola/train/optimizer.h"

namespace mola {

/// Trains what requires a gradient in a model, its adapter or all of it: gradients over all
/// micro-batches of a step, clipping, AdamW and schedule. The losses of a step are normalised over
/// the whole step: the language-model loss by its labelled tokens, the balance loss by its tokens.
class Trainer {
 public:
  /// A step that was taken. Its losses are fp32 scalars on the model's device; reading them waits
  /// for the device.
  struct Step {
    int64_t number;  ///< from 1
    double learning_rate;
    int64_t tokens;              ///< without padding
    torch::Tensor loss;          ///< language-model loss
    torch::Tensor balance_loss;  ///< summed over layers, before its coefficient
    torch::Tensor grad_norm;     ///< before clipping
    LayerPicks picks;            ///< of the layers with routers
  };
  /// Called after each step; false stops the run.
  using OnStep = std::function<bool(const Step&)>;

  /// Asked before each micro-batch; true stops the run.
  using ShouldStop = std::function<bool()>;

  /// The loader has to live as long as the trainer. Throws `c10::Error` if the model has nothing to
  /// train.
  Trainer(Llama model, const Loader& loader, const TrainConfig& train);
  Trainer(Llama model, Loader&& loader, const TrainConfig& train) = delete;

  /// max_steps, or epochs times the steps of an epoch.
  int64_t total_steps() const;

  int64_t steps_per_epoch() const;

  /// Decoder layers of the model.
  int64_t layers() const;

  /// Trains from the first step, or the one after the last that was taken, to the last, or until
  /// `on_step` returns false or `should_stop` true (both may be empty). A step that is stopped
  /// within leaves no trace: the state is that after the last whole step, random numbers included.
  /// Returns whether the last step was taken; if not, another call continues. The model is left in
  /// evaluation mode.
  bool run(const OnStep& on_step = {}, const ShouldStop& should_stop = {});

  /// The tensors that a checkpoint keeps beside what is trained, by name, to save and to read back
  /// into: the optimizer's own and, where parameters are bf16, their masters.
  TensorMap state() const;

  /// Goes on after `step`, with a state and parameters that were read back.
  void go_on_after(int64_t step);

  Llama& model() { return model_; }

 private:
  std::optional<Step> step(int64_t number, const ShouldStop& should_stop);

  Llama model_;
  const Loader* loader_;
  TrainConfig train_;
  FlatParameters parameters_;
  AdamW optimizer_;
  int64_t steps_taken_ = 0;
};

}  // namespace mola
