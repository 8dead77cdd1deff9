#pragma once

#include "mola/config/run_config.h"
#include "mola/model/tensor_map.h"
#include "mola/train/flat_parameters.h"

namespace mola {

/// AdamW (arXiv 1711.05101) on flat parameters, with one fused call per step.
class AdamW {
 public:
  AdamW(const FlatParameters& parameters, const TrainConfig& train);

  /// Updates the parameters with their current gradients.
  void step(double learning_rate);

  /// The tensors of the optimizer, by name, to save them and to load into them.
  TensorMap state() const;

 private:
  double beta1_;
  double beta2_;
  double epsilon_;
  double weight_decay_;
  torch::Tensor values_;      // [M], of the flat parameters
  torch::Tensor gradients_;   // [M]
  torch::Tensor exp_avg_;     // [M]
  torch::Tensor exp_avg_sq_;  // [M]
  torch::Tensor steps_;       // [] fp32
};

}  // namespace mola
