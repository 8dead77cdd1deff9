#include "mola/nn/mola_linear.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/optim/adamw.h>
#include <torch/serialize.h>

#include <sstream>

#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

MolaLinearOptions options(int64_t num_experts = 3) {
  return MolaLinearOptions(6, 4, num_experts).top_k(2).rank(2).bias(true);
}

// Fits the outputs of another random layer, and expects the loss to fall and W to stay.
void expect_that_it_trains(MolaLinear& layer, torch::Dtype dtype) {
  torch::manual_seed(1);
  const auto x = torch::randn({64, 6}).to(dtype);
  const auto target = torch::randn({64, 4}).to(dtype);
  const auto frozen = layer->group->weight.clone();
  torch::optim::AdamW optimizer(layer->parameters(), torch::optim::AdamWOptions(0.02));
  const auto step = [&] {
    optimizer.zero_grad();
    const auto loss = (layer->forward(x) - target).square().mean();
    loss.backward();
    optimizer.step();
    return loss.item<double>();
  };
  const double before = step();
  for (int i = 0; i < 60; ++i) step();
  EXPECT_LT(step(), 0.8 * before);
  expect_same(layer->group->weight, frozen);
}

TEST(MolaLinear, FreshEqualsTheLinearLayerToTheBit) {
  torch::nn::Linear linear(6, 4);
  MolaLinear layer(linear, MolaLinearOptions::like(linear, 3));
  MolaLinear without(linear, MolaLinearOptions::like(linear, 0));
  const auto x = torch::randn({2, 3, 6});
  expect_same(layer->forward(x).detach(), without->forward(x));
  EXPECT_LT(relative_error(without->forward(x), linear->forward(x)), 1e-6);
}

TEST(MolaLinear, EqualsTheReference) {
  MolaLinear layer(options());
  randomize_lora_B(*layer);
  const auto x = torch::randn({9, 6});
  const auto expected = torch::linear(x, layer->group->weight, layer->group->bias) +
                        reference_mixture(layer->group->mixtures[0], x);
  EXPECT_LT(relative_error(layer->forward(x), expected), 1e-6);
}

TEST(MolaLinear, OneExpertIsLora) {
  MolaLinear layer(options(1));
  EXPECT_TRUE(layer->group->mixtures[0]->router.is_empty());
  EXPECT_EQ(layer->parameters().size(), 4);  // weight, bias, lora_A, lora_B
}

TEST(MolaLinear, NoExpertIsTheLinearLayer) {
  MolaLinear layer(options(0));
  EXPECT_EQ(layer->parameters().size(), 2);
  EXPECT_EQ(layer->forward(torch::randn({3, 6})).sizes(), at::IntArrayRef({3, 4}));
}

TEST(MolaLinear, Trains) {
  MolaLinear layer(options());
  expect_that_it_trains(layer, torch::kFloat);
}

TEST(MolaLinear, ItsCloneTrainsAlone) {
  MolaLinear layer(options());
  const auto x = torch::randn({5, 6});
  const auto before = layer->forward(x).detach();
  MolaLinear clone(std::dynamic_pointer_cast<MolaLinearImpl>(layer->clone()));
  expect_same(clone->forward(x).detach(), before);
  expect_that_it_trains(clone, torch::kFloat);
  expect_same(layer->forward(x).detach(), before);
}

TEST(MolaLinear, ItsCopyInAnotherDtypeTrains) {
  MolaLinear layer(options());
  layer->forward(torch::randn({2, 6}));  // packs
  layer->to(torch::kDouble);
  expect_that_it_trains(layer, torch::kDouble);
}

TEST(MolaLinear, ASavedAndLoadedOneTrains) {
  MolaLinear layer(options());
  randomize_lora_B(*layer);
  std::stringstream archive;
  torch::save(layer, archive);
  MolaLinear loaded(options());
  loaded->forward(torch::randn({2, 6}));  // packs, and loading moves
  torch::load(loaded, archive);
  const auto x = torch::randn({5, 6});
  expect_same(loaded->forward(x).detach(), layer->forward(x).detach());
  expect_that_it_trains(loaded, torch::kFloat);
}

TEST(MolaLinear, FitsIntoSequential) {
  torch::nn::Sequential model(MolaLinear(options()), MolaLinear(MolaLinearOptions(4, 2, 2)));
  EXPECT_EQ(model->forward(torch::randn({3, 6})).sizes(), at::IntArrayRef({3, 2}));
  const auto clone = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(model->clone());
  EXPECT_EQ(clone->forward(torch::randn({3, 6})).sizes(), at::IntArrayRef({3, 2}));
}

TEST(MolaLinear, RefusesOptionsThatDoNotFitTheLinearLayer) {
  torch::nn::Linear linear(6, 4);
  EXPECT_THROW(MolaLinear(linear, MolaLinearOptions(6, 5, 3).bias(true)), c10::Error);
  EXPECT_THROW(MolaLinear(linear, MolaLinearOptions(6, 4, 3)), c10::Error);
}

TEST(MolaLinear, PrintsItsOptions) {
  std::ostringstream text;
  MolaLinear layer(options());
  layer->pretty_print(text);
  EXPECT_EQ(text.str(),
            "mola::MolaLinear(in_features=6, out_features=4, num_experts=3, top_k=2, rank=2, "
            "alpha=16, dropout=0, bias=true)");
}

}  // namespace
}  // namespace mola
