#include "ops/device_attention.h"

#include <torch/autograd.h>

#include "kernels/cuda/heads.h"
#include "ops/fused_attention.h"
#include "ops/kernel_dispatch.h"
#include "ops/sum_rows.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The arguments of a call that are not tensors, or need no check of autograd's.
struct DeviceAttentionCall : torch::CustomClassHolder {
  HeadCounts heads{};
  SegmentTensors segments;
  FusedAttention method{};
};

// Heads of all tokens, queries and keys rotated. Copies, so that the fused projections need not be
// kept.
struct SplitHeads {
  Tensor queries;      // [N, query, D]
  Tensor keys_values;  // [N, 2 key_value, D]

  AttentionOperands operands(const SegmentTensors& segments) const {
    const auto both =
        segments.key_rows.defined() ? keys_values.index_select(0, segments.key_rows) : keys_values;
    const auto halves = both.chunk(2, 1);
    return {queries, halves[0], halves[1]};
  }
};

SplitHeads split(const Tensor& wide, const RotaryAngles& rotary, const HeadCounts& heads) {
  auto* kernels = device_kernels(wide);
  if (kernels == nullptr) {
    const auto parts = wide.unflatten(-1, {-1, heads.dim})
                           .split_with_sizes({heads.query + heads.key_value, heads.key_value}, 1);
    const auto rotated = rotary.apply(parts[0]).split_with_sizes({heads.query, heads.key_value}, 1);
    return {rotated[0], torch::cat({rotated[1], parts[1]}, 1)};
  }
  const SplitHeads result = {
      torch::empty({wide.size(0), heads.query, heads.dim}, wide.options()),
      torch::empty({wide.size(0), 2 * heads.key_value, heads.dim}, wide.options())};
  with_type(wide, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch(*kernels, wide,
           HeadsArguments<T>{kernel_data<T>(wide), kernel_data<T>(rotary.cos),
                             kernel_data<T>(rotary.sin), kernel_data<T>(result.queries),
                             kernel_data<T>(result.keys_values), wide.size(0), heads.query,
                             heads.key_value, heads.dim / 2});
  });
  return result;
}

// The gradient of the fused projections, given those of query, key and value of all tokens.
Tensor split_gradient(const AttentionOperands& gradients, const RotaryAngles& rotary,
                      const HeadCounts& heads) {
  const int64_t tokens = gradients.query.size(0);
  auto* kernels = device_kernels(gradients.query);
  if (kernels == nullptr) {
    // Rotating by the opposite angle is the transpose, since both halves of an angle are equal.
    const RotaryAngles back = {rotary.cos, -rotary.sin};
    const auto rotated = back.apply(torch::cat({gradients.query, gradients.key}, 1));
    return torch::cat({rotated, gradients.value}, 1).flatten(1);
  }
  const auto dwide = torch::empty({tokens, heads.width()}, gradients.query.options());
  const auto query = gradients.query.contiguous();
  auto [ignored, key, value] = gradients;
  const bool has_rows = key[0].is_contiguous() && value[0].is_contiguous();
  if (!has_rows || key.stride(0) != value.stride(0)) {
    key = key.contiguous();
    value = value.contiguous();
  }
  with_type(query, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch(*kernels, query,
           HeadsGradientArguments<T>{kernel_data<T>(query), kernel_data<T>(key),
                                     kernel_data<T>(value), kernel_data<T>(rotary.cos),
                                     kernel_data<T>(rotary.sin), kernel_data<T>(dwide), tokens,
                                     key.stride(0), heads.query, heads.key_value, heads.dim / 2});
  });
  return dwide;
}

// The gradients of all tokens: those of keys and values are sums, in fp32, over the keys that are
// the same token.
AttentionOperands of_tokens(const AttentionOperands& gradients, const SegmentTensors& segments) {
  if (!segments.key_rows.defined()) return gradients;
  const auto both = torch::cat({gradients.key, gradients.value}, 1);
  const auto sums = sum_rows(both.flatten(1), segments.key_rows, gradients.query.size(0))
                        .to(both.scalar_type())
                        .unflatten(1, both.sizes().slice(1))
                        .chunk(2, 1);
  return {gradients.query, sums[0], sums[1]};
}

// Tensors that the backward pass needs.
struct SavedAttention {
  RotaryAngles rotary;
  SplitHeads heads;
  FusedResult result;

  void save(AutogradContext* ctx) const {
    ctx->save_for_backward({rotary.cos, rotary.sin, heads.queries, heads.keys_values, result.mixed,
                            result.log_sum_exp, result.seed, result.offset});
  }
  static SavedAttention load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    return {{saved[0], saved[1]}, {saved[2], saved[3]}, {saved[4], saved[5], saved[6], saved[7]}};
  }
};

struct DeviceAttentionFunction : torch::autograd::Function<DeviceAttentionFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& wide, const Tensor& cos,
                        const Tensor& sin, const c10::intrusive_ptr<DeviceAttentionCall>& call) {
    const RotaryAngles rotary = {cos, sin};
    const auto heads = split(wide, rotary, call->heads);
    const auto result = fused_forward(heads.operands(call->segments), call->segments, call->method);
    SavedAttention{rotary, heads, result}.save(ctx);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return result.mixed.flatten(1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = SavedAttention::load(ctx);
    const auto capsule = ctx->saved_data["call"].toCapsule();
    const auto& call = static_cast<const DeviceAttentionCall&>(*capsule);
    const auto grad = gradients[0].unflatten(1, {call.heads.query, call.heads.dim}).contiguous();
    const auto of_operands = fused_backward(grad, saved.heads.operands(call.segments), saved.result,
                                            call.segments, call.method);
    return {split_gradient(of_tokens(of_operands, call.segments), saved.rotary, call.heads),
            {},
            {},
            {}};
  }
};

}  // namespace

Tensor device_attention(const Tensor& wide, const RotaryAngles& rotary, const HeadCounts& heads,
                        const SegmentTensors& segments, FusedAttention method) {
  auto call = c10::make_intrusive<DeviceAttentionCall>();
  call->heads = heads;
  call->segments = segments;
  call->method = method;
  return DeviceAttentionFunction::apply(wide.contiguous(), rotary.cos.contiguous(),
                                        rotary.sin.contiguous(), call);
}

}  // namespace mola
