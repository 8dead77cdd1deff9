// Experts in a network of your own: more of them the higher the layer, none in the lowest.
#include <mola/loss.h>
#include <mola/nn.h>
#include <torch/optim/adamw.h>

#include <iostream>

struct Network : torch::nn::Module {
  explicit Network(const std::vector<int64_t>& experts) {
    for (size_t j = 0; j < experts.size(); ++j) {
      const torch::nn::Linear linear(16, 16);  // here random; yours comes trained
      mola::MolaLinear layer(linear, mola::MolaLinearOptions::like(linear, experts[j]));
      layers.push_back(register_module("layer" + std::to_string(j), layer));
    }
  }
  // x [N, 16] -> [N, 16]; the routing of each layer is added to `trace`.
  torch::Tensor forward(torch::Tensor x, mola::RoutingTrace& trace) {
    for (auto& layer : layers) {
      x = x + torch::gelu(layer->forward(x, &trace));
      ++trace.layer;
    }
    return x;
  }
  std::vector<mola::MolaLinear> layers;
};

int main() {
  torch::manual_seed(1);
  Network network({0, 2, 4, 8});
  torch::optim::AdamW optimizer(network.parameters(), torch::optim::AdamWOptions(1e-2));
  for (int step = 1; step <= 150; ++step) {
    const auto x = torch::randn({128, 16});
    mola::RoutingTrace trace;
    const auto loss = torch::mse_loss(network.forward(x, trace), x * x.narrow(1, 0, 1).sign());
    optimizer.zero_grad();
    (loss + 0.001 * mola::load_balancing_loss(trace)).backward();
    optimizer.step();
    if (step % 30 == 1) std::cout << "step " << step << "  loss " << loss.item<float>() << "\n";
  }
}
