#include "mola/train/optimizer.h"

#include <gtest/gtest.h>
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

}  // namespace
}  // namespace mola
