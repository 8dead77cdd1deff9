#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/data/collate.h"
#include "mola/loss/load_balancing_loss.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using torch::Tensor;

std::vector<int64_t> joined(std::vector<int64_t> tokens, const std::vector<int64_t>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

// Two templates that begin alike, a row that ends inside what they share, one that occurs twice,
// one that ends with its template, some whose labels are others, and one of its own.
std::vector<Sequence> rows() {
  const std::vector<int64_t> one = {1, 5, 6, 7, 8, 9, 2, 3, 11, 12, 4, 3, 2, 5, 9, 8};
  const std::vector<int64_t> other = {1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 3, 5, 7, 2, 6};
  const std::vector<std::vector<int64_t>> ids = {
      joined(one, {10}), joined(one, {13, 14}), joined(other, {15}), joined(other, {3, 2}),
      {1, 5, 6, 7},      joined(one, {10}),     {4, 9, 3},           other};
  std::vector<Sequence> rows;
  for (const auto& row : ids) rows.push_back({row, row});
  rows[2].labels[3] = kIgnoreIndex;
  rows[3].labels[4] = 2;
  for (size_t t = 0; t < 8; ++t) rows[7].labels[t] = kIgnoreIndex;
  return rows;
}

AdapterConfig adapter_of_type(const std::string& type) {
  AdapterConfig config;
  config.type = type;
  config.num_virtual_tokens = type == "prompt_tuning" ? 3 : 0;
  config.adapter_len = config.adapter_layers = type == "llama_adapter" ? 2 : 0;
  if (type == "full") return {};
  if (type == "prompt_tuning" || type == "llama_adapter") return config;
  AdapterSpec spec;
  spec.type = type;
  if (type == "mola") spec["allocation"] = "23";
  spec["dropout"] = 0.0;
  return resolve(spec, 2);
}

Llama model_of(const std::string& type, torch::Dtype dtype) {
  auto model = tiny_model(adapter_of_type(type));
  if (type == "full") {
    for (auto& parameter : model->parameters()) parameter.requires_grad_();
  }
  model->to(dtype);
  model->train();
  return model;
}

// The losses of a micro-batch, and all gradients.
TensorMap step(Llama& model, const std::vector<Sequence>& rows, bool share_prefix) {
  MicroBatch sequences;
  for (const auto& row : rows) sequences.push_back(&row);
  const auto batch = collate(sequences, torch::kCPU, share_prefix);
  model->zero_grad();
  RoutingTrace trace;
  LayerPicks picks;
  const auto hidden = model->forward(batch.tokens, &trace);
  const auto loss = causal_lm_loss(hidden, model->head_weight(), batch.targets,
                                   static_cast<double>(batch.targets.count()));
  const auto balance = load_balancing_loss(trace, {}, &picks);
  (loss + 0.1 * balance).backward();
  TensorMap results = {{"loss", loss.detach()},
                       {"balance loss", balance.detach()},
                       {"tokens", torch::tensor(batch.tokens.count())},
                       {"targets", torch::tensor(batch.targets.count())}};
  for (const auto& [layer, counts] : picks) {
    for (int64_t expert = 0; expert < counts.size(0); ++expert) {
      results["picks " + std::to_string(layer) + " " + std::to_string(expert)] = counts[expert];
    }
  }
  for (const auto& item : model->named_parameters()) {
    if (item.value().requires_grad()) results[item.key()] = item.value().grad().clone();
  }
  return results;
}

// All gradients end to end: in fp32, those that nearly cancel are only compared with the others.
Tensor all_gradients(const TensorMap& results) {
  std::vector<Tensor> gradients;
  for (const auto& [name, tensor] : results) {
    if (tensor.dim() > 0) gradients.push_back(tensor.flatten().to(torch::kDouble));
  }
  return torch::cat(gradients);
}

class SharePrefix : public testing::TestWithParam<const char*> {
 protected:
  void expect_same_steps(Llama& model, double tolerance) const {
    const auto expected = step(model, rows(), false);
    const auto found = step(model, rows(), true);
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) {
      EXPECT_LT(relative_error(found.at(name), tensor), tolerance) << name;
    }
  }
};

TEST_P(SharePrefix, ChangesNoLossAndNoGradient) {
  auto wide = model_of(GetParam(), torch::kDouble);
  expect_same_steps(wide, 1e-10);
  wide->gradient_checkpointing = true;
  expect_same_steps(wide, 1e-10);
}

// The weights are small: with weights of size 1 the attention is nearly one-hot, and rounding
// errors grow by a factor of a hundred.
TEST_P(SharePrefix, ChangesNothingInFp32) {
  auto model = model_of(GetParam(), torch::kFloat);
  {
    torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.mul_(0.2);
  }
  const auto expected = step(model, rows(), false);
  const auto found = step(model, rows(), true);
  for (const auto* name : {"loss", "balance loss", "tokens", "targets"}) {
    EXPECT_LT(relative_error(found.at(name), expected.at(name)), 1e-5) << name;
  }
  EXPECT_LT(relative_error(all_gradients(found), all_gradients(expected)), 1e-5);
}

TEST_P(SharePrefix, ComputesFewerTokens) {
  const auto sequences = rows();
  MicroBatch batch;
  for (const auto& row : sequences) batch.push_back(&row);
  const auto shared = collate(batch, torch::kCPU, true).tokens;
  // 4 of all, 12 of each template, then 1, 2 and 1 of the one and 1 and 2 of the other, and 3.
  EXPECT_EQ(shared.count(), 110);
  EXPECT_EQ(shared.computed(), 38);
}

INSTANTIATE_TEST_SUITE_P(Types, SharePrefix,
                         testing::Values("mola", "lora", "prompt_tuning", "llama_adapter", "full"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mola
