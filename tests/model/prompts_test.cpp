#include <gtest/gtest.h>

#include "mola/model/llama.h"
#include "mola/model/weights.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using torch::Tensor;

// Prompt tuning with 3 virtual tokens; LLaMA-Adapter in the higher of the two layers, or in both.
AdapterConfig config_of(const std::string& name) {
  AdapterConfig config;
  if (name == "prompt_tuning") {
    config.type = "prompt_tuning";
    config.num_virtual_tokens = 3;
  } else {
    config.type = "llama_adapter";
    config.adapter_len = 3;
    config.adapter_layers = name == "llama_adapter" ? 2 : 1;
  }
  return config;
}

Tensor tokens(const std::vector<int64_t>& ids) { return torch::tensor(ids, torch::kLong); }

// The same model without its adapter.
Llama base_of(const Llama& model) {
  torch::NoGradGuard no_grad;
  auto base = tiny_model(AdapterConfig{});
  for (auto& item : base->named_parameters()) {
    item.value().copy_(model->named_parameters()[item.key()]);
  }
  return base;
}

class Prompts : public testing::TestWithParam<const char*> {
 protected:
  Llama model_ = tiny_model(config_of(GetParam()));
};

TEST_P(Prompts, CachedTokensEqualWholeSequences) {
  torch::NoGradGuard no_grad;
  const auto first = tokens({1, 5, 9, 3, 7, 2});
  const auto second = tokens({1, 8, 4, 6});
  const auto whole_first = model_->forward(first.unsqueeze(0))[0];
  const auto whole_second = model_->forward(second.unsqueeze(0))[0];

  auto cache = model_->make_cache(2, 4);  // it grows
  auto hidden = model_->forward_cached(first.narrow(0, 0, 3), {0, 3}, {1}, cache);
  EXPECT_LT(relative_error(hidden, whole_first.narrow(0, 0, 3)), 1e-5);
  // One goes on, one begins.
  hidden = model_->forward_cached(tokens({3, 1, 8}), {0, 1, 3}, {1, 0}, cache);
  EXPECT_LT(relative_error(hidden[0], whole_first[3]), 1e-5);
  EXPECT_LT(relative_error(hidden.narrow(0, 1, 2), whole_second.narrow(0, 0, 2)), 1e-5);
  hidden = model_->forward_cached(tokens({4, 6, 7, 2}), {0, 2, 4}, {0, 1}, cache);
  EXPECT_LT(relative_error(hidden.narrow(0, 0, 2), whole_second.narrow(0, 2, 2)), 1e-5);
  EXPECT_LT(relative_error(hidden.narrow(0, 2, 2), whole_first.narrow(0, 4, 2)), 1e-5);
  const int64_t front = model_->adapter.num_virtual_tokens;
  EXPECT_EQ(cache.lengths, (std::vector<int64_t>{front + 4, front + 6}));
}

TEST_P(Prompts, PackedAndPaddedEqualEachAlone) {
  torch::NoGradGuard no_grad;
  const auto first = model_->forward(tokens({1, 5, 9}).unsqueeze(0))[0];
  const auto second = model_->forward(tokens({1, 8}).unsqueeze(0))[0];
  const auto packed =
      model_->forward(PackedTokens{tokens({1, 5, 9, 1, 8}), tokens({0, 1, 2, 0, 1}), {0, 3, 5}});
  EXPECT_LT(relative_error(packed, torch::cat({first, second})), 1e-5);
  for (const bool left : {true, false}) {
    const auto second_row = left ? tokens({0, 1, 8}) : tokens({1, 8, 0});
    const auto mask = torch::stack({tokens({1, 1, 1}), second_row.ne(0).to(torch::kLong)});
    const auto padded = model_->forward(torch::stack({tokens({1, 5, 9}), second_row}), mask);
    EXPECT_LT(relative_error(padded[0], first), 1e-5);
    EXPECT_LT(relative_error(padded[1].narrow(0, left ? 1 : 0, 2), second), 1e-5);
  }
}

TEST_P(Prompts, AreSwitchedOffAndOn) {
  torch::NoGradGuard no_grad;
  const auto input_ids = tokens({1, 5, 9, 3}).unsqueeze(0);
  auto base = base_of(model_);
  const auto with = model_->forward(input_ids);
  model_->use_adapter(false);
  expect_same(model_->forward(input_ids), base->forward(input_ids));
  model_->use_adapter(true);
  expect_same(model_->forward(input_ids), with);
  EXPECT_GT(relative_error(with, base->forward(input_ids)), 0.01);
}

// Prompts are computed in the base model's dtype, so casting them first changes no bit.
TEST_P(Prompts, GiveTheSameBitsWhenFrozen) {
  torch::NoGradGuard no_grad;
  auto model = build_llama(tiny_llama_config(), model_->adapter, torch::kBFloat16);
  for (auto& parameter : model->parameters()) parameter.normal_();
  const auto input_ids = tokens({1, 5, 9, 3}).unsqueeze(0);
  const auto before = model->forward(input_ids);
  model->prepare_for_inference();
  expect_same(model->forward(input_ids), before);
  for (const auto& parameter : model->parameters()) {
    EXPECT_EQ(parameter.scalar_type(), torch::kBFloat16);
    EXPECT_FALSE(parameter.requires_grad());
  }
}

// The gradients of what is trained, in float64, by finite differences.
TEST_P(Prompts, HaveTheGradientsOfTheResult) {
  model_->to(torch::kDouble);
  std::vector<Tensor> trained;
  for (const auto& parameter : model_->parameters()) {
    if (parameter.requires_grad()) trained.push_back(parameter);
  }
  ASSERT_FALSE(trained.empty());
  for (const bool recompute : {false, true}) {
    model_->gradient_checkpointing = recompute;
    const PackedTokens packed = {tokens({1, 5, 9, 1, 8}), tokens({0, 1, 2, 0, 1}), {0, 3, 5}};
    expect_gradients([&] { return model_->forward(packed); }, trained);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Prompts,
                         testing::Values("prompt_tuning", "llama_adapter", "one_adapted_layer"));

// The virtual tokens are rows of the embedding, which are thus tokens of the text.
TEST(PromptTuning, IsATextInFrontOfTheText) {
  torch::NoGradGuard no_grad;
  auto model = tiny_model(config_of("prompt_tuning"));
  initialize_prompt(model, {7, 12});
  auto base = base_of(model);
  const auto found = model->forward(tokens({1, 5, 9}).unsqueeze(0));
  const auto expected = base->forward(tokens({7, 12, 7, 1, 5, 9}).unsqueeze(0)).narrow(1, 3, 3);
  EXPECT_LT(relative_error(found, expected), 1e-6);
}

TEST(PromptTuning, StartsFromTokensOfTheVocabulary) {
  auto model = tiny_model(config_of("prompt_tuning"));
  initialize_prompt(model, {1, 2, 3, 4});  // cut
  expect_same(model->prompt_tuning->prompt_embeddings.detach(),
              model->embed_tokens.narrow(0, 1, 3));
  EXPECT_THROW(initialize_prompt(model, {}), c10::Error);
  EXPECT_THROW(initialize_prompt(model, {16}), c10::Error);
}

TEST(LlamaAdapter, ChangesNothingWhileFresh) {
  torch::NoGradGuard no_grad;
  auto model = tiny_model(config_of("llama_adapter"));
  for (auto& layer : model->layers) layer->self_attn->adaption_prompt->reset_parameters();
  const auto input_ids = tokens({1, 5, 9, 3}).unsqueeze(0);
  expect_same(model->forward(input_ids), base_of(model)->forward(input_ids));
}

TEST(LlamaAdapter, IsInTheHighestLayers) {
  const auto model = tiny_model(config_of("one_adapted_layer"));
  EXPECT_TRUE(model->layers[0]->self_attn->adaption_prompt.is_empty());
  EXPECT_FALSE(model->layers[1]->self_attn->adaption_prompt.is_empty());
}

}  // namespace
}  // namespace mola
