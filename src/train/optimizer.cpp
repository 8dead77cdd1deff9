#include "mola/train/optimizer.h"

#include <torch/types.h>

namespace mola {

AdamW::AdamW(FlatParameters& parameters, const TrainConfig& train)
    : parameters_(&parameters),
      beta1_(train.beta1),
      beta2_(train.beta2),
      epsilon_(train.epsilon),
      weight_decay_(train.weight_decay),
      exp_avg_(torch::zeros_like(parameters.values())),
      exp_avg_sq_(torch::zeros_like(parameters.values())),
      steps_(torch::zeros({}, parameters.values().options())) {}

void AdamW::step(double learning_rate) {
  torch::NoGradGuard no_grad;
  steps_ += 1;
  const std::vector<torch::Tensor> values = {parameters_->values()};
  at::_fused_adamw_(values, {parameters_->gradients()}, {exp_avg_}, {exp_avg_sq_},
                    /*max_exp_avg_sqs=*/{}, {steps_}, learning_rate, beta1_, beta2_, weight_decay_,
                    epsilon_, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace mola
