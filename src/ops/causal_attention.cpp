#include "ops/causal_attention.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <functional>

#include "ops/batch_attention.h"
#include "ops/device.h"
#include "ops/head_layout.h"
#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Consecutive sequences of equal length: one batch.
struct Run {
  int64_t first;  // its first token
  int64_t count;
  int64_t time;

  // The part of `by_heads` [N heads, D] that belongs to the run: [count, heads, T, D].
  Tensor of(const Tensor& by_heads, int64_t heads) const {
    return by_heads.narrow(0, first * heads, count * time * heads).view({count, heads, time, -1});
  }
};

std::vector<Run> runs_of(const std::vector<int64_t>& offsets) {
  std::vector<Run> runs;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    const int64_t time = offsets[i + 1] - offsets[i];
    if (runs.empty() || runs.back().time != time) runs.push_back({offsets[i], 0, time});
    ++runs.back().count;
  }
  return runs;
}

// Queries, keys and values of all tokens, [N heads, D] each.
struct Parts {
  Tensor query, key, value;

  BatchAttention of(const Run& run, const HeadCounts& heads) const {
    return {run.of(query, heads.query), run.of(key, heads.key_value),
            run.of(value, heads.key_value)};
  }
};

// The arguments of a call that are not tensors.
struct AttentionCall : torch::CustomClassHolder {
  std::vector<int64_t> offsets;
  HeadCounts heads{};
};

// Tensors that the backward pass needs.
struct Saved {
  RotaryAngles rotary;
  Parts parts;
  std::vector<BatchAttention::Kept> runs;  // of each run

  void save(AutogradContext* ctx) const {
    variable_list saved = {rotary.cos, rotary.sin, parts.query, parts.key, parts.value};
    for (const auto& kept : runs) saved.insert(saved.end(), {kept.softmax, kept.mixed});
    ctx->save_for_backward(saved);
  }
  static Saved load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    Saved result = {{saved[0], saved[1]}, {saved[2], saved[3], saved[4]}, {}};
    for (size_t i = 5; i < saved.size(); i += 2) result.runs.push_back({saved[i], saved[i + 1]});
    return result;
  }
};

struct CausalAttentionFunction : torch::autograd::Function<CausalAttentionFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& wide, const Tensor& cos,
                        const Tensor& sin, const c10::intrusive_ptr<AttentionCall>& call) {
    const auto& heads = call->heads;
    const HeadLayout layout(call->offsets, heads.dim);
    const RotaryAngles rotary = {cos, sin};
    Saved saved = {rotary,
                   {layout.split(wide, 0, heads.query, rotary),
                    layout.split(wide, heads.key_column(), heads.key_value, rotary),
                    layout.split(wide, heads.value_column(), heads.key_value)},
                   {}};
    const auto mixed = torch::empty_like(saved.parts.query);
    for (const auto& run : runs_of(call->offsets)) {
      saved.runs.push_back(saved.parts.of(run, heads).forward(run.of(mixed, heads.query)));
    }
    saved.save(ctx);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    const auto y = torch::empty({wide.size(0), heads.query * heads.dim}, wide.options());
    layout.merge(mixed, y, 0, heads.query);
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = Saved::load(ctx);
    const auto& parts = saved.parts;
    const auto capsule = ctx->saved_data["call"].toCapsule();
    const auto& call = static_cast<const AttentionCall&>(*capsule);
    const auto& heads = call.heads;
    const HeadLayout layout(call.offsets, heads.dim);
    const auto dmixed = layout.split(gradients[0].contiguous(), 0, heads.query);
    const Parts dparts = {torch::empty_like(parts.query), torch::empty_like(parts.key),
                          torch::empty_like(parts.value)};
    auto kept = saved.runs.begin();
    for (const auto& run : runs_of(call.offsets)) {
      parts.of(run, heads).backward(run.of(dmixed, heads.query), *kept++, dparts.of(run, heads));
    }
    const auto dwide = torch::empty({gradients[0].size(0), heads.width()}, dmixed.options());
    layout.merge(dparts.query, dwide, 0, heads.query, saved.rotary);
    layout.merge(dparts.key, dwide, heads.key_column(), heads.key_value, saved.rotary);
    layout.merge(dparts.value, dwide, heads.value_column(), heads.key_value);
    return {dwide, {}, {}, {}};
  }
};

// The same with torch's operators, for CUDA and for inputs with a mask.
Tensor attention_by_torch(const Tensor& wide, const AttentionInputs& inputs,
                          const HeadCounts& heads) {
  const auto split = wide.unflatten(-1, {-1, heads.dim})
                         .split_with_sizes({heads.query, heads.key_value, heads.key_value}, 1);
  const std::vector<Tensor> parts = {inputs.rotary.apply(split[0]), inputs.rotary.apply(split[1]),
                                     split[2]};
  std::vector<Tensor> mixed;
  for (const auto& run : runs_of(inputs.offsets)) {
    std::vector<Tensor> batch;  // [count, heads, T, D]
    for (const auto& part : parts) {
      const auto rows = part.narrow(0, run.first, run.count * run.time);
      batch.push_back(rows.unflatten(0, {run.count, run.time}).transpose(1, 2));
    }
    const auto mask =
        inputs.mask.defined() ? std::optional<Tensor>(inputs.mask) : std::optional<Tensor>();
    const auto out = torch::scaled_dot_product_attention(
        batch[0], batch[1], batch[2], mask, /*dropout_p=*/0.0, /*is_causal=*/!mask,
        /*scale=*/std::nullopt, /*enable_gqa=*/heads.query != heads.key_value);
    mixed.push_back(out.transpose(1, 2).flatten(2).flatten(0, 1));
  }
  return mixed.size() == 1 ? mixed[0] : torch::cat(mixed);
}

void check_inputs(const Tensor& wide, const AttentionInputs& inputs, const HeadCounts& heads) {
  const auto& offsets = inputs.offsets;
  TORCH_CHECK(offsets.size() > 1 && offsets.front() == 0 && offsets.back() == wide.size(0) &&
                  std::adjacent_find(offsets.begin(), offsets.end(), std::greater_equal<>()) ==
                      offsets.end(),
              "Attention: found offsets ", offsets, ", expected values that increase from 0 to ",
              wide.size(0), ", the number of tokens");
  const std::vector<int64_t> shape = {wide.size(0), heads.dim};
  for (const auto& angles : {inputs.rotary.cos, inputs.rotary.sin}) {
    TORCH_CHECK(angles.sizes() == shape && angles.scalar_type() == wide.scalar_type(),
                "Attention: found angles ", angles.scalar_type(), " ", angles.sizes(),
                ", expected ", wide.scalar_type(), " ", shape);
  }
}

}  // namespace

Tensor causal_attention(const Tensor& wide, const AttentionInputs& inputs,
                        const HeadCounts& heads) {
  check_inputs(wide, inputs, heads);
  if (!on_host(wide) || inputs.mask.defined()) return attention_by_torch(wide, inputs, heads);
  const auto& angles = inputs.rotary;
  auto call = c10::make_intrusive<AttentionCall>();
  call->offsets = inputs.offsets;
  call->heads = heads;
  return CausalAttentionFunction::apply(wide.contiguous(), angles.cos.contiguous(),
                                        angles.sin.contiguous(), call);
}

}  // namespace mola
