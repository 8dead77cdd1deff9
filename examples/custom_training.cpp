// Experts in a network of your own: its linear layers become `MolaLinear`s, more experts the higher
// the layer, and an optimizer of torch trains them while the network's own weights stay.
#include <torch/torch.h>

#include <iostream>

#include "mola/mola.h"

namespace {

using torch::nn::Linear;
using torch::nn::Sequential;

constexpr int64_t kWidth = 16;  // of inputs, outputs and all between
constexpr int64_t kDepth = 4;   // residual layers
constexpr int64_t kTokens = 128;
constexpr int64_t kSteps = 150;
constexpr double kBalanceCoefficient = 0.001;

mola::MolaLinear with_experts(const Linear& linear, int64_t num_experts) {
  const auto options =
      mola::MolaLinearOptions::like(linear, num_experts).top_k(2).rank(8).alpha(16);
  return mola::MolaLinear(linear, options);
}

// The same modules, each Linear with experts.
Sequential with_experts(const Sequential& model, int64_t num_experts) {
  Sequential result;
  for (const auto& module : *model) {
    if (const auto linear = std::dynamic_pointer_cast<torch::nn::LinearImpl>(module.ptr())) {
      result->push_back(with_experts(Linear(linear), num_experts));
    } else {
      result->push_back(module);
    }
  }
  return result;
}

// A Sequential hands nothing on but x, so this is its forward with a trace.
torch::Tensor run(Sequential& model, torch::Tensor x, mola::RoutingTrace& trace) {
  for (auto& module : *model) {
    auto* linear = module.ptr()->as<mola::MolaLinear>();
    x = linear != nullptr ? linear->forward(x, &trace) : module.forward(x);
  }
  return x;
}

// Residual layers and a head; here they start at random, yours come trained.
struct Network : torch::nn::Module {
  explicit Network(const mola::Allocation& allocation) {
    for (int64_t j = 0; j < kDepth; ++j) {
      const auto layer = with_experts(Linear(kWidth, kWidth), allocation.at("layer", j));
      layers.push_back(register_module("layer" + std::to_string(j), layer));
    }
    const Sequential trained(Linear(kWidth, kWidth), torch::nn::GELU(), Linear(kWidth, kWidth));
    head = register_module("head", with_experts(trained, /*num_experts=*/8));
  }

  // x [N, kWidth] -> [N, kWidth]
  torch::Tensor forward(torch::Tensor x, mola::RoutingTrace& trace) {
    for (trace.layer = 0; trace.layer < kDepth; ++trace.layer) {
      x = x + torch::gelu(layers[trace.layer]->forward(x, &trace));
    }
    return run(head, x, trace);  // trace.layer is kDepth now: balanced as a layer of its own
  }

  std::vector<mola::MolaLinear> layers;
  Sequential head{nullptr};
};

}  // namespace

int main() {
  torch::manual_seed(1);
  Network network(mola::Allocation::parse("0248", kDepth, {"layer"}));
  torch::optim::AdamW optimizer(network.parameters(), torch::optim::AdamWOptions(1e-2));
  for (int64_t step = 1; step <= kSteps; ++step) {
    const auto x = torch::randn({kTokens, kWidth});
    const auto target = x * torch::sign(x.narrow(1, 0, 1));  // to be learned: x or -x
    mola::RoutingTrace trace;
    const auto loss = torch::mse_loss(network.forward(x, trace), target);
    const auto balance_loss = mola::load_balancing_loss(trace);
    optimizer.zero_grad();
    (loss + kBalanceCoefficient * balance_loss).backward();
    optimizer.step();
    if (step == 1 || step % 25 == 0) {
      std::cout << "step " << step << "  loss " << loss.item<float>() << "  balance "
                << balance_loss.item<float>() << std::endl;
    }
  }
}
