#include "ops/group.h"

#include <torch/autograd.h>

#include "ops/frozen_products.h"
#include "ops/kernel_dispatch.h"
#include "ops/matmul.h"
#include "ops/router.h"
#include "ops/saved_group.h"
#include "ops/swiglu.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The arguments of a call that are not tensors.
struct GroupCall : torch::CustomClassHolder {
  std::vector<MixturePlace> places;
  InputSteps steps{};
  bool has_bias = false;
  std::shared_ptr<const FrozenProducts> products;  // of the weight, if they were chosen

  Tensor activate(const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu(input) : input;
  }
  Tensor dropped(const Tensor& x) const { return steps.dropout ? steps.dropout->apply(x) : x; }
  Tensor input_gradient(const Tensor& grad_x, const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu_gradient(grad_x, input) : grad_x;
  }
};

Tensor columns(const Tensor& matrix, int64_t begin, int64_t size) {
  return matrix.narrow(1, begin, size);
}

Tensor hidden_of(const Tensor& all, const MixturePlace& place) {
  return columns(all, place.hidden_begin, place.gate.num_experts * place.gate.rank);
}

Tensor logits_of(const Tensor& all, const MixturePlace& place) {
  return columns(all, place.logits_begin, place.gate.num_experts);
}

// Adds the mixture's h B^T to its columns of y.
void add_output(const Tensor& y, const MixturePlace& place, const Tensor& gated,
                const Tensor& lora_B) {
  columns(y, place.output_begin, place.output_size).addmm_(gated, lora_B.t());
}

struct GroupFunction : torch::autograd::Function<GroupFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& input, const Tensor& weight,
                               const std::optional<Tensor>& bias,
                               const std::optional<Tensor>& lora_A_given,
                               const std::optional<Tensor>& routers_given, at::TensorList lora_B,
                               const c10::intrusive_ptr<GroupCall>& call,
                               std::vector<Gate::Result>* routing) {
    const auto lora_A = lora_A_given.value_or(Tensor());
    const auto routers = routers_given.value_or(Tensor());
    const auto x = call->activate(input);
    auto y = frozen_forward(x, weight, call->products.get());
    if (bias) y.add_(*bias);
    const auto hidden = lora_A.defined() ? matmul_nt(call->dropped(x), lora_A) : Tensor();
    const auto logits = routers.defined() ? router_logits(x, routers) : Tensor();

    variable_list outputs = {y};
    const bool needs_input = lora_A.defined() || weight.requires_grad() ||
                             call->steps.activation != InputActivation::kNone;
    SavedGroup saved = {needs_input ? input : Tensor(), weight, lora_A, routers, hidden, {}};
    for (size_t i = 0; i < call->places.size(); ++i) {
      const auto& place = call->places[i];
      saved.mixtures.push_back({lora_B[i], {}});
      if (place.logits_begin < 0) {
        add_output(y, place, hidden_of(hidden, place) * place.gate.scaling, lora_B[i]);
        continue;
      }
      const auto result = place.gate.forward(hidden_of(hidden, place), logits_of(logits, place));
      add_output(y, place, result.gated, lora_B[i]);
      outputs.push_back(result.probabilities);
      saved.mixtures.back().gate = result;
      if (routing != nullptr) routing->push_back(result);
    }
    saved.save(ctx);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return outputs;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients);
};

// What all mixtures write their columns of.
struct SharedGradients {
  Tensor hidden;  // like SavedGroup::hidden
  Tensor logits;  // [N, all E]

  explicit SharedGradients(const SavedGroup& saved) {
    if (saved.hidden.defined()) hidden = torch::empty_like(saved.hidden);
    if (!saved.routers.defined()) return;
    logits = torch::empty({hidden.size(0), saved.routers.size(0)}, saved.routers.options());
  }

  // [N, I]
  Tensor of_x(const Tensor& dy, const SavedGroup& saved, const GroupCall& call) const {
    auto grad_x = frozen_backward(dy, saved.weight, call.products.get());
    if (!hidden.defined()) return grad_x;
    if (call.steps.dropout) {
      call.steps.dropout->add_to(grad_x, matmul_nn(hidden, saved.lora_A));
    } else {
      grad_x.addmm_(hidden, saved.lora_A);
    }
    if (logits.defined()) add_router_gradient(grad_x, logits, saved.routers);
    return grad_x;
  }
};

// Returns dB of a mixture, as a transposed view like its parameters, and writes its columns of the
// shared gradients.
Tensor mixture_gradient(const MixturePlace& place, const Tensor& dy, const SavedMixture& saved,
                        const Tensor& all_hidden, const Tensor& grad_probabilities,
                        const SharedGradients& shared) {
  const auto dy_here = columns(dy, place.output_begin, place.output_size);
  const auto grad_gated = matmul_nn(dy_here, saved.lora_B);
  const auto hidden = hidden_of(all_hidden, place);
  auto grad_hidden = hidden_of(shared.hidden, place);
  if (place.logits_begin < 0) {
    grad_hidden.copy_(grad_gated).mul_(place.gate.scaling);
    return torch::mm((hidden * place.gate.scaling).t(), dy_here).t();
  }
  place.gate.backward(hidden, saved.gate, grad_gated, grad_probabilities, grad_hidden,
                      logits_of(shared.logits, place));
  return torch::mm(saved.gate.gated.t(), dy_here).t();
}

variable_list GroupFunction::backward(AutogradContext* ctx, variable_list gradients) {
  refuse_second_derivatives();
  const auto saved = SavedGroup::load(ctx);
  const auto capsule = ctx->saved_data["call"].toCapsule();
  const auto& call = static_cast<const GroupCall&>(*capsule);
  const auto dy = gradients[0].contiguous();
  const bool needs_weight = ctx->needs_input_grad(1);
  const auto x = saved.lora_A.defined() || needs_weight ? call.activate(saved.input) : Tensor();
  const auto grad_weight = needs_weight ? torch::mm(dy.t(), x) : Tensor();
  const auto grad_bias = call.has_bias && ctx->needs_input_grad(2) ? dy.sum(0) : Tensor();
  const SharedGradients shared(saved);
  variable_list grad_B;
  auto next_gradient = gradients.begin() + 1;  // of the probabilities of the next router
  for (size_t i = 0; i < call.places.size(); ++i) {
    const auto& place = call.places[i];
    const auto grad_probabilities = place.logits_begin >= 0 ? *next_gradient++ : Tensor();
    grad_B.push_back(
        mixture_gradient(place, dy, saved.mixtures[i], saved.hidden, grad_probabilities, shared));
  }
  const auto grad_input = ctx->needs_input_grad(0)
                              ? call.input_gradient(shared.of_x(dy, saved, call), saved.input)
                              : Tensor();
  const auto grad_A =
      shared.hidden.defined() ? torch::mm(shared.hidden.t(), call.dropped(x)) : Tensor();
  const auto grad_R = shared.logits.defined() ? router_weight_gradient(shared.logits, x) : Tensor();
  variable_list result = {grad_input, grad_weight, grad_bias, grad_A, grad_R};
  result.insert(result.end(), grad_B.begin(), grad_B.end());
  result.resize(result.size() + 2);  // the call and the routing
  return result;
}

}  // namespace

GroupOutputs group_forward(const Tensor& input, const Tensor& weight, const Tensor& bias,
                           const Tensor& lora_A, const Tensor& routers,
                           const std::vector<Tensor>& lora_B,
                           const std::vector<MixturePlace>& places, const InputSteps& steps,
                           std::vector<Gate::Result>* routing,
                           std::shared_ptr<const FrozenProducts> products) {
  auto call = c10::make_intrusive<GroupCall>();
  call->places = places;
  call->steps = steps;
  call->has_bias = bias.defined();
  call->products = std::move(products);
  // An autograd function accepts empty optionals, but no undefined tensors.
  const auto optional = [](const Tensor& tensor) {
    return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
  };
  const auto outputs =
      GroupFunction::apply(input.contiguous(), weight, optional(bias), optional(lora_A),
                           optional(routers), at::TensorList(lora_B), call, routing);
  return {outputs[0], variable_list(outputs.begin() + 1, outputs.end())};
}

}  // namespace mola
