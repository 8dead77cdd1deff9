// Adapts a linear layer of your own: its weight stays frozen, eight LoRA experts and a router are
// trained by any optimizer of torch.
#include <mola/nn.h>
#include <torch/optim/adamw.h>

#include <iostream>

int main() {
  torch::manual_seed(1);
  torch::nn::Linear linear(16, 16);  // here random; yours comes trained
  const auto options = mola::MolaLinearOptions::like(linear, /*num_experts=*/8).top_k(2).rank(8);
  mola::MolaLinear layer(linear, options);  // at first gives what `linear` gives

  torch::optim::AdamW optimizer(layer->parameters(), torch::optim::AdamWOptions(1e-2));
  for (int step = 1; step <= 200; ++step) {
    const auto x = torch::randn({128, 16});
    const auto target = linear->forward(x) + x * x.narrow(1, 0, 1).sign();  // for the experts
    const auto loss = torch::mse_loss(layer->forward(x), target);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (step % 40 == 1) std::cout << "step " << step << "  loss " << loss.item<float>() << "\n";
  }
}
