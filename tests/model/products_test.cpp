#include "mola/model/products.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/data/collate.h"
#include "mola/loss/causal_lm_loss.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using torch::Tensor;

Llama mola_model(torch::Dtype dtype) {
  AdapterSpec spec;
  spec["allocation"] = "23";
  spec["dropout"] = 0.0;
  auto model = tiny_model(resolve(spec, 2));
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.mul_(0.2);  // attention is spread
  model->to(dtype);
  model->train();
  return model;
}

// The loss of nine tokens and the gradients of the adapter.
std::vector<Tensor> loss_and_gradients(Llama& model) {
  const std::vector<int64_t> ids = {1, 5, 6, 7, 8, 9, 2, 3, 11};
  const Sequence row = {ids, ids};
  const auto batch = collate({&row}, torch::kCPU);
  model->zero_grad();
  const auto hidden = model->forward(batch.tokens);
  auto loss =
      causal_lm_loss(hidden, model->head_weight(), batch.targets, 8, model->head_products.get());
  loss.backward();
  std::vector<Tensor> results = {loss.detach()};
  for (const auto& parameter : model->parameters()) {
    if (parameter.requires_grad()) results.push_back(parameter.grad().clone());
  }
  return results;
}

ProductChoices all_by(const ProductChoices& choices, ProductMethod method) {
  auto changed = choices;
  for (auto& [product, methods] : changed) methods = {{512, method}};
  return changed;
}

TEST(Products, AreThoseOfTheFrozenWeights) {
  auto model = mola_model(torch::kFloat);
  const auto choices = choose_products(model, /*copies=*/1);
  std::vector<std::string> names;
  for (const auto& [product, methods] : choices) {
    names.push_back(product);
    ASSERT_EQ(methods.size(), 2) << product;
    EXPECT_EQ(methods.begin()->first, 128);
    EXPECT_EQ(methods.rbegin()->first, 512);
  }
  // of the head, of q, k and v, of o, of gate and up, and of down
  EXPECT_EQ(names,
            (std::vector<std::string>{"f32 backward 10x8", "f32 backward 16x8", "f32 backward 24x8",
                                      "f32 backward 8x12", "f32 backward 8x6", "f32 forward 10x8",
                                      "f32 forward 16x8", "f32 forward 24x8", "f32 forward 8x12",
                                      "f32 forward 8x6"}));
}

TEST(Products, HaveAsManyCopiesAsTheyMay) {
  auto model = mola_model(torch::kFloat);
  for (const auto& [product, methods] : choose_products(model, /*copies=*/0)) {
    for (const auto& [rows, method] : methods) EXPECT_NE(method, ProductMethod::kPacked) << product;
  }
  const auto packed = [](const MethodsByRows& methods) {
    return methods.at(128) == ProductMethod::kPacked || methods.at(512) == ProductMethod::kPacked;
  };
  const auto choices = choose_products(model, /*copies=*/1);
  for (const auto* shape : {"10x8", "24x8", "8x12", "8x6"}) {
    EXPECT_FALSE(packed(choices.at(std::string("f32 forward ") + shape)) &&
                 packed(choices.at(std::string("f32 backward ") + shape)));
  }
}

TEST(Products, AreNotTimedIfTheyAreKnown) {
  auto model = mola_model(torch::kFloat);
  const MethodsByRows known = {{7, ProductMethod::kFp32}};
  const auto choices = choose_products(
      model, 1,
      {{"f32 forward 8x6", known}, {"f32 backward 8x6", known}, {"f32 forward 1x1", known}});
  EXPECT_EQ(choices.at("f32 forward 8x6"), known);
  EXPECT_EQ(choices.at("f32 backward 8x6"), known);
  EXPECT_EQ(choices.count("f32 forward 1x1"), 0);
  EXPECT_EQ(choices.at("f32 forward 8x12").size(), 2);
}

TEST(Products, OfAllMethodsGiveTheSameStep) {
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    auto model = mola_model(dtype);
    const auto expected = loss_and_gradients(model);
    const auto choices = choose_products(model, 0);
    for (const auto method : {ProductMethod::kAten, ProductMethod::kOnednn, ProductMethod::kFp32,
                              ProductMethod::kPacked}) {
      use_products(model, all_by(choices, method));
      const auto found = loss_and_gradients(model);
      for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LT(relative_error(found[i], expected[i]), dtype == torch::kFloat ? 1e-5 : 0.05)
            << static_cast<int>(method) << " " << i;
      }
    }
  }
}

// Weights that are trained are multiplied as ever.
TEST(Products, AreOfFrozenWeightsOnly) {
  auto model = mola_model(torch::kFloat);
  for (auto& parameter : model->parameters()) parameter.requires_grad_();
  EXPECT_TRUE(choose_products(model, 1).empty());
}

}  // namespace
}  // namespace mola
