#include "mola/train/optimizer.h"

#include <torch/types.h>

namespace mola {

AdamW::AdamW(const FlatParameters& parameters, const TrainConfig& train)
    : beta1_(train.beta1),
      beta2_(train.beta2),
      epsilon_(train.epsilon),
      weight_decay_(train.weight_decay),
      values_(parameters.values()),
      gradients_(parameters.gradients()),
      exp_avg_(torch::zeros_like(parameters.values())),
      exp_avg_sq_(torch::zeros_like(parameters.values())),
      steps_(torch::zeros({}, parameters.values().options())) {}

void AdamW::step(double learning_rate) {
  torch::NoGradGuard no_grad;
  steps_ += 1;
  at::_fused_adamw_({values_}, {gradients_}, {exp_avg_}, {exp_avg_sq_},
                    /*max_exp_avg_sqs=*/{}, {steps_}, learning_rate, beta1_, beta2_, weight_decay_,
                    epsilon_, /*amsgrad=*/false, /*maximize=*/false);
}

TensorMap AdamW::state() const {
  return {{"exp_avg", exp_avg_}, {"exp_avg_sq", exp_avg_sq_}, {"steps", steps_}};
}

}  // namespace mola
