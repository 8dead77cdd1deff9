#include "mola/train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adamw.h>

#include "mola/nn/mola_linear.h"
#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

TEST(AdamW, EqualsTorch) {
  MolaLinear layer(MolaLinearOptions(6, 4, 3).rank(2));
  randomize_lora_B(*layer);
  auto twin = std::dynamic_pointer_cast<MolaLinearImpl>(layer->clone());
  TrainConfig train;
  train.weight_decay = 0.1;
  train.beta1 = 0.8;
  FlatParameters flat(*layer);
  AdamW ours(flat, train);
  torch::optim::AdamW theirs(
      twin->parameters(),
      torch::optim::AdamWOptions(0.01).betas(std::make_tuple(0.8, 0.999)).weight_decay(0.1));
  for (int step = 0; step < 5; ++step) {
    const auto x = torch::randn({8, 6});
    flat.zero_gradients();
    theirs.zero_grad();
    layer->forward(x).square().mean().backward();
    twin->forward(x).square().mean().backward();
    ours.step(0.01);
    theirs.step();
  }
  for (const auto& item : twin->named_parameters()) {
    EXPECT_LT(relative_error(layer->named_parameters()[item.key()], item.value()), 1e-5)
        << item.key();
  }
}

// Under one gradient Adam's steps are the learning rate: the master goes from 1 to 0.999, 0.998 and
// 0.997. Below 1 the numbers of bf16 are 1/256 apart: the first step is short of the middle, the
// others are past it.
TEST(AdamW, StepsWithTheMastersOfBf16) {
  torch::nn::Linear linear(torch::nn::LinearOptions(1, 1).bias(false));
  linear->to(torch::kBFloat16);
  torch::nn::init::ones_(linear->weight);
  FlatParameters flat(*linear);
  AdamW optimizer(flat, TrainConfig());
  double master = 1;
  for (const double expected : {1.0, 1 - 1.0 / 256, 1 - 1.0 / 256}) {
    flat.zero_gradients();
    linear->forward(torch::ones({1, 1}, torch::kBFloat16)).sum().backward();
    flat.gather_gradients();
    optimizer.step(0.001);
    flat.round_values();
    EXPECT_NEAR(flat.values()[0].item<double>(), master -= 0.001, 1e-6);
    EXPECT_EQ(linear->weight.item<double>(), expected);
  }
}

}  // namespace
}  // namespace mola
