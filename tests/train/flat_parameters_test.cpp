#include "mola/train/flat_parameters.h"

#include <gtest/gtest.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/linear.h>

#include "mola/nn/mola_linear.h"
#include "support/reference_mola.h"
#include "support/tensors.h"

namespace mola {
namespace {

MolaLinear random_layer() {
  MolaLinear layer(MolaLinearOptions(6, 4, 3).rank(2));
  randomize_lora_B(*layer);
  return layer;
}

TEST(FlatParameters, KeepValuesAndIdentity) {
  auto layer = random_layer();
  const auto x = torch::randn({5, 6});
  const auto before = layer->forward(x).detach();
  const auto lora_A = layer->group->mixtures[0]->experts[1]->lora_A;
  FlatParameters flat(*layer);
  expect_same(layer->forward(x).detach(), before);
  flat.values().zero_();
  EXPECT_EQ(lora_A.abs().sum().item<double>(), 0);
  flat.check();
}

TEST(FlatParameters, GradientsGatherInOneBuffer) {
  auto layer = random_layer();
  auto twin = std::dynamic_pointer_cast<MolaLinearImpl>(layer->clone());
  FlatParameters flat(*layer);
  const auto x = torch::randn({5, 6});
  for (int i = 0; i < 2; ++i) {  // two micro-batches add up
    layer->forward(x).square().sum().backward();
    twin->forward(x).square().sum().backward();
  }
  double sum = 0;
  for (const auto& item : twin->named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const auto& found = layer->named_parameters()[item.key()].grad();
    EXPECT_TRUE(found.storage().is_alias_of(flat.gradients().storage())) << item.key();
    EXPECT_LT(relative_error(found, item.value().grad()), 1e-6) << item.key();
    sum += item.value().grad().square().sum().item<double>();
  }
  EXPECT_NEAR(flat.gradients().square().sum().item<double>(), sum, 1e-5 * sum);
  flat.zero_gradients();
  EXPECT_EQ(layer->group->mixtures[0]->router->weight.grad().abs().sum().item<double>(), 0);
}

TEST(FlatParameters, ClipsLikeTorch) {
  auto layer = random_layer();
  FlatParameters flat(*layer);
  flat.gradients().slice(0, 0, 4).copy_(torch::tensor({1.0, 1.0, 1.0, 1.0}));  // norm 2
  EXPECT_EQ(flat.clip_gradients(0).item<double>(), 2);
  EXPECT_EQ(flat.clip_gradients(4).item<double>(), 2);
  EXPECT_EQ(flat.gradients()[0].item<double>(), 1);
  EXPECT_EQ(flat.clip_gradients(1).item<double>(), 2);
  EXPECT_NEAR(flat.gradients()[0].item<double>(), 0.5, 1e-6);
}

TEST(FlatParameters, NoticesAParameterThatMoved) {
  auto layer = random_layer();
  FlatParameters flat(*layer);
  auto weight = layer->group->mixtures[0]->router->weight;
  weight.set_data(weight.detach().clone());
  EXPECT_THROW(flat.check(), c10::Error);
}

// Above 1 the numbers of bf16 are 1/128 apart: a step of 1/512 is lost in the parameter but not in
// its master, and the third step is past the middle.
TEST(FlatParameters, KeepAMasterOfWhatIsBf16) {
  torch::nn::Linear linear(torch::nn::LinearOptions(3, 2).bias(false));
  linear->to(torch::kBFloat16);
  torch::nn::init::ones_(linear->weight);
  const auto before = linear->weight.detach();
  FlatParameters flat(*linear);
  EXPECT_TRUE(flat.has_masters());
  EXPECT_EQ(flat.values().scalar_type(), torch::kFloat);
  for (const double expected : {1.0, 1.0, 1 + 1.0 / 128, 1 + 1.0 / 128}) {
    flat.values().add_(1.0 / 512);
    flat.round_values();
    EXPECT_TRUE((linear->weight == expected).all().item<bool>()) << linear->weight;
  }
  flat.check();
  EXPECT_TRUE((before == 1).all().item<bool>());  // what it viewed stays as it was
}

// A sum in bf16 would lose the second.
TEST(FlatParameters, AddUpTheGradientsOfMicroBatchesInFp32) {
  torch::nn::Linear linear(torch::nn::LinearOptions(1, 1).bias(false));
  linear->to(torch::kBFloat16);
  FlatParameters flat(*linear);
  flat.zero_gradients();
  for (const double x : {1.0, 1.0 / 512}) {
    linear->forward(torch::full({1, 1}, x, torch::kBFloat16)).sum().backward();
    flat.gather_gradients();
  }
  EXPECT_EQ(flat.gradients()[0].item<double>(), 1 + 1.0 / 512);
}

TEST(FlatParameters, RefuseWhatTheyCannotTrain) {
  MolaLinear frozen(MolaLinearOptions(6, 4, 0));
  EXPECT_THROW(FlatParameters{*frozen}, c10::Error);
  auto partly = random_layer();
  partly->group->mixtures[0]->experts[0]->lora_A.requires_grad_(false);
  EXPECT_THROW(FlatParameters{*partly}, c10::Error);
  auto wide = random_layer();
  wide->to(torch::kDouble);
  EXPECT_THROW(FlatParameters{*wide}, c10::Error);
}

}  // namespace
}  // namespace mola
