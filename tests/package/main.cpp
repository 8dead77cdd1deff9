// Wraps a linear layer and trains it for one step, with an installed mola.
#include <mola/base/error.h>
#include <mola/base/log.h>
#include <mola/data/tokenizer.h>
#include <mola/nn/mola_linear.h>
#include <torch/optim/sgd.h>

namespace {

// sentencepiece, which the library contains, is linked too.
bool refuses_a_missing_tokenizer() {
  try {
    mola::Tokenizer("no such folder");
    return false;
  } catch (const mola::Error&) {
    return true;
  }
}

}  // namespace

int main() {
  torch::manual_seed(1);
  torch::nn::Linear linear(6, 4);
  mola::MolaLinear layer(linear, mola::MolaLinearOptions::like(linear, /*num_experts=*/3));
  torch::optim::SGD optimizer(layer->parameters(), /*lr=*/0.1);
  const auto x = torch::randn({5, 6});
  const auto base = linear->forward(x).detach();
  const bool starts_as_base = torch::allclose(layer->forward(x), base, 1e-5, 1e-6);
  layer->forward(x).square().mean().backward();
  optimizer.step();
  const bool trained = !torch::allclose(layer->forward(x), base);
  const bool ok = starts_as_base && trained && refuses_a_missing_tokenizer();
  mola::log_info(ok ? "OK" : "failed");
  return ok ? 0 : 1;
}
