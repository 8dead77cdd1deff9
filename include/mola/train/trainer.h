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

/// Trains the parameters of a model that require a gradient, those of its adapter or all: gradient
/// accumulation over the micro-batches of a step, clipping, AdamW and schedule. The losses are
/// normalized over the whole step: the language-model loss by its labelled tokens, the balance loss
/// by its tokens.
class Trainer {
 public:
  /// A completed step. Its losses and norm are fp32 scalars on the model's device; reading them
  /// synchronizes with the device.
  struct Step {
    int64_t number;  ///< from 1
    double learning_rate;
    int64_t tokens;              ///< of all rows, without padding
    int64_t computed_tokens;     ///< fewer where rows of a micro-batch share beginnings
    torch::Tensor loss;          ///< language-model loss
    torch::Tensor balance_loss;  ///< sum over layers, before its coefficient
    torch::Tensor grad_norm;     ///< before clipping
    LayerPicks picks;            ///< of the layers with routers
  };
  /// Called after each step; false stops the run.
  using OnStep = std::function<bool(const Step&)>;

  /// Called before each micro-batch; true stops the run.
  using ShouldStop = std::function<bool()>;

  /// The loader must outlive the trainer. Throws `c10::Error` as `FlatParameters` does.
  Trainer(Llama model, const Loader& loader, const TrainConfig& train);
  Trainer(Llama model, Loader&& loader, const TrainConfig& train) = delete;

  /// max_steps, or epochs times `steps_per_epoch`.
  int64_t total_steps() const;

  int64_t steps_per_epoch() const;

  /// The number of decoder layers of the model.
  int64_t layers() const;

  /// Trains from the step after the last completed one (or the first step) to the last step, or
  /// until `on_step` returns false or `should_stop` returns true (both may be empty). A step that
  /// is stopped in progress is discarded. Returns whether the last step was completed; if not,
  /// another call continues. Leaves the model in evaluation mode.
  bool run(const OnStep& on_step = {}, const ShouldStop& should_stop = {});

  /// The tensors of a checkpoint besides the trained parameters, by name, to save them and to load
  /// into them: those of the optimizer and, if parameters are bf16, their masters.
  TensorMap state() const;

  /// The layout of these tensors, see `FlatParameters::layout`.
  const std::string& layout() const { return parameters_.layout(); }

  /// Continues after `step`, once state and parameters are loaded.
  void go_on_after(int64_t step);

  Llama& model() { return model_; }

 private:
  std::optional<Step> step(int64_t number, const ShouldStop& should_stop);
  torch::Tensor balance_of(const RoutingTrace& trace, LayerPicks& picks) const;

  Llama model_;
  const Loader* loader_;
  TrainConfig train_;
  FlatParameters parameters_;
  AdamW optimizer_;
  int64_t steps_taken_ = 0;
};

}  // namespace mola
