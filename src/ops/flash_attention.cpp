#include "ops/flash_attention.h"

namespace mola {

using torch::Tensor;

FlashAttention::FlashAttention(const AttentionInputs& inputs, const HeadCounts& heads)
    : rotary_(inputs.rotary), heads_(heads) {
  const auto& offsets = inputs.offsets;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    const int64_t time = offsets[i + 1] - offsets[i];
    if (runs_.empty() || runs_.back().time != time) runs_.push_back({{}, time});
    auto& places = runs_.back().places;
    places.push_back({offsets[i], offsets[i + 1], static_cast<int64_t>(places.size()), 0,
                      /*adds=*/false});
  }
}

HeadLayout FlashAttention::layout(const Run& run) const {
  return {run.places, static_cast<int64_t>(run.places.size()), run.time, heads_.dim};
}

// [count, heads, T, D]
Tensor FlashAttention::by_sequence(const Tensor& blocks, const Run& run, int64_t heads) const {
  return blocks.view({-1, heads, run.time, heads_.dim});
}

Tensor FlashAttention::forward(const Tensor& wide, std::vector<KeptAttention>& kept) const {
  const auto y = zero_after(wide, heads_.query * heads_.dim, runs_.back().places.back().end);
  for (const auto& run : runs_) {
    const auto part = [&](int64_t column, int64_t heads, const RotaryAngles& rotary) {
      return by_sequence(layout(run).split(wide, column, heads, rotary), run, heads);
    };
    KeptAttention of_run = {part(0, heads_.query, rotary_),
                            part(heads_.key_column(), heads_.key_value, rotary_),
                            part(heads_.value_column(), heads_.key_value, {}),
                            {},
                            {}};
    std::tie(of_run.mixed, of_run.softmax) = at::_scaled_dot_product_flash_attention_for_cpu(
        of_run.query, of_run.key, of_run.value, /*dropout_p=*/0.0, /*is_causal=*/true);
    layout(run).merge(of_run.mixed.contiguous(), y, 0, heads_.query);
    kept.push_back(of_run);
  }
  return y;
}

Tensor FlashAttention::backward(const Tensor& dy, const std::vector<KeptAttention>& kept) const {
  const auto dwide = zero_after(dy, heads_.width(), runs_.back().places.back().end);
  auto of_run = kept.begin();
  for (const auto& run : runs_) {
    const auto grad = by_sequence(layout(run).split(dy, 0, heads_.query), run, heads_.query);
    const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        grad, of_run->query, of_run->key, of_run->value, of_run->mixed, of_run->softmax,
        /*dropout_p=*/0.0, /*is_causal=*/true);
    layout(run).merge(dq.contiguous(), dwide, 0, heads_.query, rotary_);
    layout(run).merge(dk.contiguous(), dwide, heads_.key_column(), heads_.key_value, rotary_);
    layout(run).merge(dv.contiguous(), dwide, heads_.value_column(), heads_.key_value);
    ++of_run;
  }
  return dwide;
}

}  // namespace mola
