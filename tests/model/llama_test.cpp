#include "mola/model/llama.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/model/builders.h"
#include "mola/model/weights.h"
#include "mola/train/flat_parameters.h"
#include "support/base_weights.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

using torch::Tensor;

double largest_difference(const Tensor& found, const Tensor& expected) {
  return (found - expected).abs().max().item<double>();
}

// Against transformers, on the tiny models of tests/reference/make_llama.py.
class LlamaReference : public testing::TestWithParam<const char*> {};

TEST_P(LlamaReference, GivesTheLogitsOfTransformers) {
  torch::NoGradGuard no_grad;
  const auto folder = reference(std::string("llama/") + GetParam());
  const auto expected = load_safetensors(folder + "/expected.safetensors");
  auto model = load_pretrained(folder);
  const auto& mask = expected.at("attention_mask");
  const auto logits = model->logits(model->forward(expected.at("input_ids"), mask));
  const auto is_token = mask.to(torch::kBool);
  EXPECT_LT(largest_difference(logits.index({is_token}), expected.at("logits").index({is_token})),
            1e-4);
}

INSTANTIATE_TEST_SUITE_P(Cases, LlamaReference,
                         testing::Values("gqa", "tied", "rope_linear", "rope_llama3"));

// All gradients of a model without adapter whose weights are trained, laid flat or not.
class LlamaGradients : public testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(LlamaGradients, AreThoseOfTransformers) {
  const auto [name, recompute] = GetParam();
  const auto folder = reference(std::string("llama/") + name);
  const auto given = load_safetensors(folder + "/expected.safetensors");
  const auto expected = load_safetensors(folder + "/gradients.safetensors");
  auto model = load_pretrained(folder);
  unfreeze(model);
  const FlatParameters flat(*model);
  model->gradient_checkpointing = recompute;
  const auto pass =
      run_forward(model, given.at("input_ids"), given.at("attention_mask"), expected.at("labels"));
  pass.lm_loss.backward();
  flat.check();
  const auto found = base_tensors(model, [](const Tensor& weight) { return weight.grad(); });
  ASSERT_EQ(found.size() + 1, expected.size());  // and the labels
  for (const auto& [weight, gradient] : found) {
    EXPECT_LT(relative_error(gradient, expected.at(weight)), 1e-5) << weight;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, LlamaGradients,
                         testing::Combine(testing::Values("gqa", "tied"), testing::Bool()));

// Against transformers, on a real pretrained model in its four forms.
class Stories : public testing::TestWithParam<std::pair<const char*, double>> {};

TEST_P(Stories, GivesTheLogitsOfTransformers) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  torch::NoGradGuard no_grad;
  const auto [form, tolerance] = GetParam();
  const bool is_bf16 = std::string(form) == "hf-bf16";
  const auto expected = load_safetensors(test_data("data/stories260K/golden_forward.safetensors"));
  auto model = load_pretrained(test_data(std::string("data/stories260K/") + form), "",
                               is_bf16 ? torch::kBFloat16 : torch::kFloat);
  const auto input_ids = expected.at("input_ids").unsqueeze(0);
  const auto hidden = model->forward(input_ids);
  const auto logits = model->logits(hidden)[0];
  EXPECT_LT(largest_difference(logits, expected.at("logits")), tolerance);
  const auto loss = causal_lm_loss(hidden, model->head_weight(), find_targets(input_ids),
                                   static_cast<double>(input_ids.size(1) - 1));
  EXPECT_NEAR(loss.item<double>(), expected.at("loss").item<double>(), tolerance);
}

// Logits reach about 20: bf16 carries 8 bits of them, fp16 weights 11.
INSTANTIATE_TEST_SUITE_P(Forms, Stories,
                         testing::Values(std::pair("hf", 1e-4), std::pair("hf-sharded", 1e-4),
                                         std::pair("hf-f16", 0.05), std::pair("hf-bf16", 0.5)));

TEST(Llama, PaddingOnEitherSideChangesNothing) {
  torch::NoGradGuard no_grad;
  auto model = load_pretrained(reference("llama/gqa"));
  const auto ids = torch::arange(1, 7).unsqueeze(0);
  const auto expected = model->forward(ids);
  for (const int64_t left : {0, 3}) {
    const auto padded = torch::constant_pad_nd(ids, {left, 3 - left});
    const auto mask = torch::constant_pad_nd(torch::ones_like(ids), {left, 3 - left});
    const auto found = model->forward(padded, mask).narrow(1, left, 6);
    EXPECT_LT(relative_error(found, expected), 1e-5) << left;
  }
}

TEST(Llama, AFreshAdapterChangesNothing) {
  torch::NoGradGuard no_grad;
  const auto folder = reference("llama/gqa");
  const auto config = read_llama_config(folder);
  AdapterSpec spec;
  spec["allocation"] = "23";
  auto with = build_llama(config, resolve(spec, config.num_hidden_layers));
  load_base_model(with, folder);
  with->eval();
  auto without = load_pretrained(folder);
  const auto ids = torch::arange(1, 9).view({2, 4});
  expect_same(with->forward(ids), without->forward(ids));
}

TEST(Llama, TracesEveryRouterByLayer) {
  torch::NoGradGuard no_grad;
  auto model = load_pretrained(reference("mola"), reference("mola"));
  RoutingTrace trace;
  model->forward(torch::tensor({{1, 2, 3}}), {}, &trace);
  int64_t routers = 0;
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (place.mixture().is_empty() || place.mixture()->router.is_empty()) return;
    const auto& record = trace.records.at(routers++);
    EXPECT_EQ(record.layer, place.layer);
    EXPECT_EQ(record.projection, place.name);
  });
  EXPECT_EQ(static_cast<size_t>(routers), trace.records.size());
}

TEST(Llama, PackedSequencesEqualEachAlone) {
  torch::NoGradGuard no_grad;
  auto model = load_pretrained(reference("mola"), reference("mola"));
  const auto ids = torch::tensor({1, 2, 3, 4, 5, 6, 7, 1});
  const std::vector<int64_t> offsets = {0, 3, 6, 8};
  const auto positions = torch::tensor({0, 1, 2, 0, 1, 2, 0, 1});
  const auto packed = model->forward(PackedTokens{ids, positions, offsets});
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    const int64_t length = offsets[i + 1] - offsets[i];
    const auto alone = model->forward(ids.narrow(0, offsets[i], length).unsqueeze(0));
    EXPECT_LT(relative_error(packed.narrow(0, offsets[i], length), alone[0]), 1e-6) << i;
  }
}

// The gradients of both losses, and the random number that comes after them.
TensorMap train_once(Llama& model, bool recompute) {
  model->gradient_checkpointing = recompute;
  model->zero_grad();
  torch::manual_seed(7);
  const auto ids = torch::arange(1, 9).view({2, 4});
  const auto pass = run_forward(model, ids, {}, ids);
  (pass.lm_loss + pass.balance_loss).backward();
  TensorMap results = {{"loss", pass.lm_loss.detach()}, {"balance", pass.balance_loss.detach()}};
  for (const auto& [name, parameter] : adapter_tensors(model)) {
    results[name] = parameter.grad().clone();
  }
  results["next random number"] = torch::rand({1});
  return results;
}

TEST(Llama, RecomputeGivesTheSameGradientsToTheBit) {
  auto model = load_pretrained(reference("mola"), reference("mola"));
  model->for_each_projection(
      [](const ProjectionPlace& place) { place.group.options.dropout(0.3); });
  model->train();
  const auto expected = train_once(model, false);
  const auto found = train_once(model, true);
  for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);
}

}  // namespace
}  // namespace mola
