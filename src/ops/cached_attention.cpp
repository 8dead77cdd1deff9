#include "ops/cached_attention.h"

#include <torch/types.h>

#include <algorithm>

#include "kernels/cached_attention.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;

// The cache of one layer, and the slot and position of each token.
struct Call {
  const Tensor &wide, &key, &value;
  const RotaryAngles& rotary;
  std::vector<int64_t> slots, positions;  // of each token

  Call(const Tensor& wide_, const AttentionInputs& inputs)
      : wide(wide_),
        key(inputs.cached->cache->keys[inputs.cached->layer]),
        value(inputs.cached->cache->values[inputs.cached->layer]),
        rotary(inputs.rotary) {
    const auto& offsets = inputs.offsets;
    for (size_t i = 0; i + 1 < offsets.size(); ++i) {
      const int64_t slot = inputs.cached->slots[i];
      const int64_t past = inputs.cached->cache->lengths[slot];
      for (int64_t t = 0; t < offsets[i + 1] - offsets[i]; ++t) {
        slots.push_back(slot);
        positions.push_back(past + t);
      }
    }
  }
};

Tensor attention_by_kernel(const Call& call, const HeadCounts& heads, bool only_store) {
  const auto wide = call.wide.contiguous();
  const auto cos = call.rotary.cos.contiguous();
  const auto sin = call.rotary.sin.contiguous();
  const CacheShape shape = {heads.query,      heads.key_value,   heads.dim,
                            call.key.size(2), call.slots.data(), call.positions.data()};
  for_rows(wide, wide.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    store_keys_rows(shape, kernel_data<T>(wide), kernel_data<T>(cos), kernel_data<T>(sin),
                    kernel_data<T>(call.key), kernel_data<T>(call.value), begin, end);
  });
  if (only_store) return {};
  const auto mixed = torch::empty({wide.size(0), heads.query * heads.dim}, wide.options());
  const auto attend = [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    attend_rows(shape, kernel_data<T>(wide), kernel_data<T>(cos), kernel_data<T>(sin),
                kernel_data<T>(call.key), kernel_data<T>(call.value), kernel_data<T>(mixed), begin,
                end);
  };
  for_rows(wide, wide.size(0) * heads.key_value, attend, /*grain=*/1);
  return mixed;
}

// One sequence, whose new tokens are begin..begin + count, with torch's operators.
Tensor attend_by_torch(const Call& call, const Tensor& query, int64_t begin, int64_t count) {
  const int64_t slot = call.slots[begin];
  const int64_t longest = call.positions[begin] + count;
  const auto positions = torch::arange(longest, torch::device(query.device()));
  const auto mask = positions <= positions.narrow(0, longest - count, count).unsqueeze(1);
  const auto of_slot = [&](const Tensor& cache) {
    return cache.narrow(0, slot, 1).narrow(2, 0, longest);
  };
  const auto mixed = torch::scaled_dot_product_attention(
      query.narrow(0, begin, count).transpose(0, 1).unsqueeze(0), of_slot(call.key),
      of_slot(call.value), mask, /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/std::nullopt,
      /*enable_gqa=*/query.size(1) != call.key.size(1));
  return mixed[0].transpose(0, 1).flatten(1);
}

void check_cached(const AttentionInputs& inputs) {
  const auto& cached = *inputs.cached;
  const auto& lengths = cached.cache->lengths;
  TORCH_CHECK(cached.slots.size() + 1 == inputs.offsets.size(), "Attention: found ",
              cached.slots.size(), " slots, expected one for each of the ",
              inputs.offsets.size() - 1, " sequences");
  for (size_t i = 0; i < cached.slots.size(); ++i) {
    const int64_t slot = cached.slots[i];
    TORCH_CHECK(slot >= 0 && slot < static_cast<int64_t>(lengths.size()), "Attention: found slot ",
                slot, ", expected 0 to ", lengths.size() - 1);
    TORCH_CHECK(std::count(cached.slots.begin(), cached.slots.end(), slot) == 1,
                "Attention: found slot ", slot, " twice");
    const int64_t end = lengths[slot] + inputs.offsets[i + 1] - inputs.offsets[i];
    TORCH_CHECK(end <= cached.cache->capacity(), "Attention: slot ", slot, " would hold ", end,
                " tokens, expected at most the cache's capacity, ", cached.cache->capacity());
  }
}

}  // namespace

Tensor cached_attention_by_torch(const Tensor& wide, const AttentionInputs& inputs,
                                 const HeadCounts& heads) {
  torch::NoGradGuard no_grad;
  const Call call(wide, inputs);
  const auto split = call.wide.unflatten(-1, {-1, heads.dim})
                         .split_with_sizes({heads.query, heads.key_value, heads.key_value}, 1);
  const auto query = call.rotary.apply(split[0]);
  const auto key = call.rotary.apply(split[1]);
  std::vector<Tensor> mixed;
  for (size_t i = 0; i + 1 < inputs.offsets.size(); ++i) {
    const int64_t begin = inputs.offsets[i];
    const int64_t count = inputs.offsets[i + 1] - begin;
    const auto store = [&](const Tensor& cache, const Tensor& heads_of_tokens) {
      cache[call.slots[begin]]
          .narrow(1, call.positions[begin], count)
          .copy_(heads_of_tokens.narrow(0, begin, count).transpose(0, 1));
    };
    store(call.key, key);
    store(call.value, split[2]);
    mixed.push_back(attend_by_torch(call, query, begin, count));
  }
  return torch::cat(mixed);
}

Tensor cached_attention(const Tensor& wide, const AttentionInputs& inputs,
                        const HeadCounts& heads) {
  torch::NoGradGuard no_grad;
  check_cached(inputs);
  if (!on_host(wide)) return cached_attention_by_torch(wide, inputs, heads);
  const Call call(wide, inputs);
  const auto& lengths = inputs.cached->cache->lengths;
  const bool all_new = std::all_of(inputs.cached->slots.begin(), inputs.cached->slots.end(),
                                   [&](int64_t slot) { return lengths[slot] == 0; });
  // Whole sequences use the faster kernels of `causal_attention`, which do not read the cache.
  const auto mixed = attention_by_kernel(call, heads, /*only_store=*/all_new);
  return all_new ? causal_attention(wide, inputs, heads) : mixed;
}

}  // namespace mola
