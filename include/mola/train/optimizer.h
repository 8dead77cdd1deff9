#pragma once

#include "mola/config/run_config.h"
#include "mola/model/tensor_map.h"
#include "mola/train/flat_parameters.h"

namespace mola {

/// AdamW (arXiv 1711.05101) on flat parameters, one fused call a step.
class AdamW {
 public:
  AdamW(const FlatParameters& parameters, const TrainConfig& train);

  void step(double learning_rate);

  /// The tensors to save and to read back into, by name.
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
