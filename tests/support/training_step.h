#pragma once

#include <string>
#include <vector>

#include "mola/adapters/adapters.h"
#include "mola/data/collate.h"
#include "mola/loss/load_balancing_loss.h"
#include "support/tiny_adapter.h"

namespace mola {

inline std::vector<int64_t> joined(std::vector<int64_t> tokens, const std::vector<int64_t>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

/// Two templates that begin alike, a row that ends inside what they share, one that occurs twice,
/// one that ends with its template, some whose labels are others, and one of its own.
inline std::vector<Sequence> rows_that_begin_alike() {
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

/// An adapter of each type for two layers; "full" is none, and all weights are trained.
inline AdapterConfig adapter_of_type(const std::string& type, double dropout = 0) {
  AdapterConfig config;
  config.type = type;
  config.num_virtual_tokens = type == "prompt_tuning" ? 3 : 0;
  config.adapter_len = config.adapter_layers = type == "llama_adapter" ? 2 : 0;
  if (type == "full") return {};
  if (type == "prompt_tuning" || type == "llama_adapter") return config;
  AdapterSpec spec;
  spec.type = type;
  if (type == "mola") spec["allocation"] = "23";
  spec["dropout"] = dropout;
  return resolve(spec, 2);
}

inline Llama model_of_type(const std::string& type, torch::Dtype dtype, double dropout = 0) {
  auto model = tiny_model(adapter_of_type(type, dropout));
  if (type == "full") {
    for (auto& parameter : model->parameters()) parameter.requires_grad_();
  }
  model->to(dtype);
  model->train();
  return model;
}

/// The same with a fifth of its weights: with weights of size 1 routers and attention are nearly
/// one-hot, some gradients vanish, and rounding errors grow by a factor of a hundred.
inline Llama small_model_of_type(const std::string& type, torch::Dtype dtype, double dropout = 0) {
  auto model = model_of_type(type, dtype, dropout);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.mul_(0.2);
  return model;
}

/// The losses of a micro-batch on the model's device, and all gradients.
inline TensorMap training_step(Llama& model, const std::vector<Sequence>& rows, bool share_prefix) {
  MicroBatch sequences;
  for (const auto& row : rows) sequences.push_back(&row);
  const auto batch = collate(sequences, model->embed_tokens.device(), share_prefix);
  model->zero_grad();
  RoutingTrace trace;
  LayerPicks picks;
  const auto hidden = model->forward(batch.tokens, &trace, DropoutKey{});
  const auto loss = causal_lm_loss(hidden, model->head_weight(), batch.targets,
                                   static_cast<double>(batch.targets.count()));
  const auto balance = load_balancing_loss(trace, {}, &picks).to(loss.device());
  (loss + 0.1 * balance).backward();
  TensorMap results = {{"loss", loss.detach().cpu()},
                       {"balance loss", balance.detach().cpu()},
                       {"tokens", torch::tensor(batch.tokens.count())},
                       {"targets", torch::tensor(batch.targets.count())}};
  for (const auto& [layer, counts] : picks) {
    for (int64_t expert = 0; expert < counts.size(0); ++expert) {
      results["picks " + std::to_string(layer) + " " + std::to_string(expert)] =
          counts[expert].cpu();
    }
  }
  for (const auto& item : model->named_parameters()) {
    if (item.value().requires_grad()) results[item.key()] = item.value().grad().clone().cpu();
  }
  return results;
}

}  // namespace mola
