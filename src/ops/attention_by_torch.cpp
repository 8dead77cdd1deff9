#include "ops/attention_by_torch.h"

#include <torch/types.h>

#include <algorithm>

namespace mola {
namespace {

using torch::Tensor;

// Queries, keys and values [tokens, heads, D] each.
struct Parts {
  Tensor query, key, value;

  Parts rows(int64_t first, int64_t count) const {
    return {query.narrow(0, first, count), key.narrow(0, first, count),
            value.narrow(0, first, count)};
  }
};

// Of `count` sequences of equal length, [count * T, heads * D]. `mask` replaces causal attention.
Tensor attend(const Parts& parts, int64_t count, const std::optional<Tensor>& mask) {
  const auto batch = [&](const Tensor& rows) {  // [count, heads, T, D]
    return rows.unflatten(0, {count, -1}).transpose(1, 2);
  };
  const auto out = torch::scaled_dot_product_attention(
      batch(parts.query), batch(parts.key), batch(parts.value), mask, /*dropout_p=*/0.0,
      /*is_causal=*/!mask, /*scale=*/std::nullopt,
      /*enable_gqa=*/parts.query.size(1) != parts.key.size(1));
  return out.transpose(1, 2).flatten(2).flatten(0, 1);
}

// A segment attends to those that precede it and to itself, causally.
Tensor attend_with_parents(const Parts& parts, const AttentionInputs& inputs, int64_t segment) {
  const auto& offsets = inputs.offsets;
  std::vector<Tensor> keys;
  std::vector<Tensor> values;
  for (int64_t i = segment; i >= 0; i = inputs.parents[i]) {
    const auto rows = parts.rows(offsets[i], offsets[i + 1] - offsets[i]);
    keys.insert(keys.begin(), rows.key);
    values.insert(values.begin(), rows.value);
  }
  const auto own = parts.rows(offsets[segment], offsets[segment + 1] - offsets[segment]);
  const Parts with = {own.query, torch::cat(keys), torch::cat(values)};
  const int64_t time = own.query.size(0);
  const int64_t before = with.key.size(0) - time;
  const auto seen =
      torch::ones({time, with.key.size(0)}, torch::dtype(torch::kBool).device(own.query.device()));
  const auto batch = [](const Tensor& rows) { return rows.transpose(0, 1).unsqueeze(0); };
  const auto out = torch::scaled_dot_product_attention(
      batch(with.query), batch(with.key), batch(with.value), seen.tril(before), /*dropout_p=*/0.0,
      /*is_causal=*/false, /*scale=*/std::nullopt,
      /*enable_gqa=*/own.query.size(1) != own.key.size(1));
  return out.squeeze(0).transpose(0, 1).flatten(1);
}

}  // namespace

Tensor attention_by_torch(const Tensor& wide, const AttentionInputs& inputs,
                          const HeadCounts& heads) {
  const auto split = wide.unflatten(-1, {-1, heads.dim})
                         .split_with_sizes({heads.query, heads.key_value, heads.key_value}, 1);
  const Parts parts = {inputs.rotary.apply(split[0]), inputs.rotary.apply(split[1]), split[2]};
  const auto& offsets = inputs.offsets;
  const auto segments = static_cast<int64_t>(offsets.size()) - 1;
  const auto mask =
      inputs.mask.defined() ? std::optional<Tensor>(inputs.mask) : std::optional<Tensor>();
  std::vector<Tensor> mixed;
  for (int64_t i = 0; i < segments;) {
    if (!inputs.parents.empty()) {
      mixed.push_back(attend_with_parents(parts, inputs, i++));
      continue;
    }
    const int64_t first = i;
    const int64_t time = offsets[i + 1] - offsets[i];
    while (i < segments && offsets[i + 1] - offsets[i] == time) ++i;
    mixed.push_back(
        attend(parts.rows(offsets[first], offsets[i] - offsets[first]), i - first, mask));
  }
  const int64_t tail = wide.size(0) - offsets.back();
  if (tail > 0) mixed.push_back(torch::zeros({tail, heads.query * heads.dim}, wide.options()));
  return mixed.size() == 1 ? mixed[0] : torch::cat(mixed);
}

}  // namespace mola
