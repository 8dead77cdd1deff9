#include "ops/causal_attention.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <functional>

#include "ops/attention_by_torch.h"
#include "ops/device.h"
#include "ops/device_attention.h"
#include "ops/flash_attention.h"
#include "ops/kernel_dispatch.h"
#include "ops/product_attention.h"
#include "ops/rounded_length.h"
#include "ops/segment_numbers.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kLongestByProducts = 512;

// The arguments of a call that are not tensors.
struct AttentionCall : torch::CustomClassHolder {
  AttentionInputs inputs;  // without angles, which are saved
  HeadCounts heads{};

  // Calls `act` with the method, given the angles.
  template <class Act>
  Tensor with_method(torch::Dtype dtype, const RotaryAngles& rotary, const Act& act) const {
    auto with_angles = inputs;
    with_angles.rotary = rotary;
    if (attends_by_products(dtype, inputs)) return act(ProductAttention(with_angles, heads));
    return act(FlashAttention(with_angles, heads));
  }
};

// Tensors that the backward pass needs.
struct Saved {
  RotaryAngles rotary;
  std::vector<KeptAttention> kept;

  void save(AutogradContext* ctx) const {
    variable_list saved = {rotary.cos, rotary.sin};
    for (const auto& part : kept) {
      saved.insert(saved.end(), {part.query, part.key, part.value, part.softmax, part.mixed});
    }
    ctx->save_for_backward(saved);
  }
  static Saved load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    Saved result = {{saved[0], saved[1]}, {}};
    for (size_t i = 2; i < saved.size(); i += 5) {
      result.kept.push_back({saved[i], saved[i + 1], saved[i + 2], saved[i + 3], saved[i + 4]});
    }
    return result;
  }
};

struct CausalAttentionFunction : torch::autograd::Function<CausalAttentionFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& wide, const Tensor& cos,
                        const Tensor& sin, const c10::intrusive_ptr<AttentionCall>& call) {
    Saved saved = {{cos, sin}, {}};
    const auto y = call->with_method(wide.scalar_type(), saved.rotary, [&](const auto& method) {
      return method.forward(wide, saved.kept);
    });
    saved.save(ctx);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = Saved::load(ctx);
    const auto capsule = ctx->saved_data["call"].toCapsule();
    const auto& call = static_cast<const AttentionCall&>(*capsule);
    const auto dy = gradients[0].contiguous();
    const auto dwide = call.with_method(dy.scalar_type(), saved.rotary, [&](const auto& method) {
      return method.backward(dy, saved.kept);
    });
    return {dwide, {}, {}, {}};
  }
};

// Each follows the segment before it or one that precedes that, so that what follows a segment
// stands together.
bool are_parents(const std::vector<int64_t>& parents, size_t segments) {
  if (parents.empty()) return true;
  if (parents.size() != segments) return false;
  for (size_t i = 0; i < segments; ++i) {
    auto allowed = static_cast<int64_t>(i) - 1;
    while (allowed != parents[i] && allowed >= 0) allowed = parents[allowed];
    if (allowed != parents[i]) return false;
  }
  return true;
}

void check_inputs(const Tensor& wide, const AttentionInputs& inputs, const HeadCounts& heads) {
  const auto& offsets = inputs.offsets;
  TORCH_CHECK(offsets.size() > 1 && offsets.front() == 0 && offsets.back() <= wide.size(0) &&
                  std::adjacent_find(offsets.begin(), offsets.end(), std::greater_equal<>()) ==
                      offsets.end(),
              "Attention: found offsets ", offsets,
              ", expected values that increase from 0 to at most ", wide.size(0),
              ", the number of rows");
  TORCH_CHECK(are_parents(inputs.parents, offsets.size() - 1), "Attention: found parents ",
              inputs.parents, ", expected for each of the ", offsets.size() - 1,
              " segments the one before it, or one that precedes that, or -1");
  const std::vector<int64_t> shape = {wide.size(0), heads.dim};
  for (const auto& angles : {inputs.rotary.cos, inputs.rotary.sin}) {
    TORCH_CHECK(angles.sizes() == shape && angles.scalar_type() == wide.scalar_type(),
                "Attention: found angles ", angles.scalar_type(), " ", angles.sizes(),
                ", expected ", wide.scalar_type(), " ", shape);
  }
}

}  // namespace

bool attends_by_products(torch::Dtype dtype, const AttentionInputs& inputs) {
  if (dtype == torch::kDouble || !inputs.parents.empty()) return true;
  int64_t longest = 0;
  for (size_t i = 0; i + 1 < inputs.offsets.size(); ++i) {
    longest = std::max(longest, inputs.offsets[i + 1] - inputs.offsets[i]);
  }
  return dtype == torch::kBFloat16 && longest <= kLongestByProducts;
}

Tensor causal_attention(const Tensor& wide, const AttentionInputs& inputs,
                        const HeadCounts& heads) {
  check_inputs(wide, inputs, heads);
  const auto& angles = inputs.rotary;
  const auto method = fused_attention(wide, heads.dim);
  if (!inputs.mask.defined() && method != FusedAttention::kNone) {
    const auto segments = inputs.segments
                              ? *inputs.segments
                              : segment_tensors(inputs.offsets, inputs.parents, wide.device());
    const int64_t tokens = inputs.offsets.back();
    const auto first = [&](const Tensor& rows) {
      return rows.size(0) == tokens ? rows : rows.narrow(0, 0, tokens);
    };
    return with_rows(device_attention(first(wide), {first(angles.cos), first(angles.sin)}, heads,
                                      segments, method),
                     wide.size(0));
  }
  if (!on_host(wide) || inputs.mask.defined()) return attention_by_torch(wide, inputs, heads);
  auto call = c10::make_intrusive<AttentionCall>();
  call->inputs.offsets = inputs.offsets;
  call->inputs.parents = inputs.parents;
  call->heads = heads;
  return CausalAttentionFunction::apply(wide.contiguous(), angles.cos.contiguous(),
                                        angles.sin.contiguous(), call);
}

}  // namespace mola
