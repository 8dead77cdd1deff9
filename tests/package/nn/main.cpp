// Trains experts on a linear layer for one step, with the modules of an installed mola alone.
#include <mola/nn.h>
#include <torch/optim/sgd.h>

int main() {
  torch::manual_seed(1);
  torch::nn::Linear linear(6, 4);
  mola::MolaLinear layer(linear, mola::MolaLinearOptions::like(linear, /*num_experts=*/3));
  torch::optim::SGD optimizer(layer->parameters(), /*lr=*/0.1);
  const auto x = torch::randn({5, 6});
  layer->forward(x).square().mean().backward();
  optimizer.step();
  return torch::allclose(layer->forward(x), linear->forward(x)) ? 1 : 0;
}
