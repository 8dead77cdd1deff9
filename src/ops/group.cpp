#include "ops/group.h"

#include <torch/autograd.h>

#include "ops/frozen_products.h"
#include "ops/kernel_dispatch.h"
#include "ops/matmul.h"
#include "ops/norm_rows.h"
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
  std::vector<GateRun> runs;
  InputSteps steps{};
  bool has_delta = false;
  bool has_bias = false;
  std::shared_ptr<const FrozenProducts> products;  // of the weight, if they were chosen

  bool prepares() const { return steps.norm || steps.activation != InputActivation::kNone; }

  // The input with its delta, and what the projections read.
  NormedRows prepare(const Tensor& input, const Tensor& delta) const {
    if (steps.norm) return norm_rows(input, delta, steps.norm->weight, steps.norm->eps);
    return {input, steps.activation == InputActivation::kSwiglu ? swiglu(input) : input, {}};
  }

  Tensor dropped(const Tensor& x) const { return steps.dropout ? steps.dropout->apply(x) : x; }

  // The gradient of the input by that of x, to which `more` is added, and x once more.
  NormRowsGradient prepare_again(const NormedRows& rows, const Tensor& grad_x,
                                 const Tensor& more) const {
    if (!grad_x.defined()) return {{}, prepare(rows.sum, {}).normed};
    if (steps.norm) {
      return norm_rows_gradient(grad_x, more, rows, steps.norm->weight, /*with_norm=*/true);
    }
    if (steps.activation == InputActivation::kNone) return {grad_x, rows.sum};
    const auto [y, grad] = swiglu_gradient(grad_x, rows.sum);
    return {grad, y};
  }
};

Tensor columns(const Tensor& matrix, int64_t begin, int64_t size) {
  return matrix.narrow(1, begin, size);
}

// Of a place or a run.
template <class Place>
Tensor hidden_of(const Tensor& all, const Place& place) {
  return columns(all, place.hidden_begin, place.gate.mixtures * place.gate.width());
}

Tensor logits_of(const Tensor& all, const GateRun& run) {
  return columns(all, run.logits_begin, run.gate.mixtures * run.gate.num_experts);
}

Tensor output_of(const Tensor& all, const MixturePlace& place) {
  return columns(all, place.output_begin, place.output_size);
}

// Adds the mixture's h B^T to its columns of y.
void add_output(const Tensor& y, const MixturePlace& place, const Tensor& gated,
                const Tensor& lora_B) {
  output_of(y, place).addmm_(gated, lora_B.t());
}

struct GroupFunction : torch::autograd::Function<GroupFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& input,
                               const std::optional<Tensor>& delta, const Tensor& weight,
                               const std::optional<Tensor>& bias,
                               const std::optional<Tensor>& lora_A_given,
                               const std::optional<Tensor>& routers_given, at::TensorList lora_B,
                               const c10::intrusive_ptr<GroupCall>& call,
                               std::vector<Gate::Result>* routing) {
    const auto lora_A = lora_A_given.value_or(Tensor());
    const auto routers = routers_given.value_or(Tensor());
    const auto prepared = call->prepare(input, delta.value_or(Tensor()));
    const auto& x = prepared.normed;
    auto y = frozen_forward(x, weight, call->products.get());
    if (bias) y.add_(*bias);
    const auto hidden = lora_A.defined() ? matmul_nt(call->dropped(x), lora_A) : Tensor();
    const auto logits = routers.defined() ? router_logits(x, routers) : Tensor();

    const bool needs_input = lora_A.defined() || weight.requires_grad() || call->prepares();
    SavedGroup saved = {needs_input ? prepared.sum : Tensor(),
                        weight,
                        lora_A,
                        routers,
                        hidden,
                        prepared.inverse,
                        lora_B.vec(),
                        {}};
    for (size_t i = 0; i < call->places.size(); ++i) {
      const auto& place = call->places[i];
      if (place.logits_begin >= 0) continue;
      add_output(y, place, hidden_of(hidden, place) * place.gate.scaling, lora_B[i]);
    }
    variable_list outputs = {y};
    if (delta) outputs.push_back(prepared.sum);
    for (const auto& run : call->runs) {
      const auto result = run.gate.forward(hidden_of(hidden, run), logits_of(logits, run));
      for (int64_t i = 0; i < run.gate.mixtures; ++i) {
        add_output(y, call->places[run.first + i], result.gated[i], lora_B[run.first + i]);
      }
      outputs.push_back(result.probabilities);
      saved.gates.push_back(result);
      routing->push_back(result);
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

// dB, as a transposed view like its parameters.
Tensor gradient_of_B(const Tensor& gated, const Tensor& dy) { return torch::mm(gated.t(), dy).t(); }

// Returns dB of a mixture without a router, and writes its columns of the shared gradients.
Tensor mixture_gradient(const MixturePlace& place, const Tensor& dy, const Tensor& lora_B,
                        const Tensor& all_hidden, const SharedGradients& shared) {
  const auto dy_here = output_of(dy, place);
  hidden_of(shared.hidden, place).copy_(matmul_nn(dy_here, lora_B)).mul_(place.gate.scaling);
  return gradient_of_B(hidden_of(all_hidden, place) * place.gate.scaling, dy_here);
}

// Writes dB of a run's mixtures to `grad_B`, and their columns of the shared gradients.
void run_gradient(const GroupCall& call, size_t index, const Tensor& dy, const SavedGroup& saved,
                  const Tensor& grad_probabilities, const SharedGradients& shared,
                  variable_list& grad_B) {
  const auto& run = call.runs[index];
  const auto& gate = saved.gates[index];
  const auto grad_gated = torch::empty_like(gate.gated);
  for (int64_t i = 0; i < run.gate.mixtures; ++i) {
    const auto dy_here = output_of(dy, call.places[run.first + i]);
    multiply_into(grad_gated[i], dy_here, saved.lora_B[run.first + i]);
    grad_B[run.first + i] = gradient_of_B(gate.gated[i], dy_here);
  }
  run.gate.backward(hidden_of(saved.hidden, run), gate, grad_gated, grad_probabilities,
                    hidden_of(shared.hidden, run), logits_of(shared.logits, run));
}

variable_list GroupFunction::backward(AutogradContext* ctx, variable_list gradients) {
  refuse_second_derivatives();
  const auto capsule = ctx->saved_data["call"].toCapsule();
  const auto& call = static_cast<const GroupCall&>(*capsule);
  const auto saved = SavedGroup::load(ctx, call.places.size());
  const auto dy = gradients[0].contiguous();
  const size_t of_weight = call.has_delta ? 2 : 1;  // its number among the inputs
  const auto grad_bias =
      call.has_bias && ctx->needs_input_grad(of_weight + 1) ? dy.sum(0) : Tensor();
  const SharedGradients shared(saved);
  variable_list grad_B(call.places.size());
  for (size_t i = 0; i < call.places.size(); ++i) {
    const auto& place = call.places[i];
    if (place.logits_begin >= 0) continue;
    grad_B[i] = mixture_gradient(place, dy, saved.lora_B[i], saved.hidden, shared);
  }
  for (size_t i = 0; i < call.runs.size(); ++i) {
    run_gradient(call, i, dy, saved, gradients[of_weight + i], shared, grad_B);
  }
  const bool needs_input = ctx->needs_input_grad(0) || (call.has_delta && ctx->needs_input_grad(1));
  const auto grad_x = needs_input ? shared.of_x(dy, saved, call) : Tensor();
  const auto [grad_input, x] = saved.input.defined()
                                   ? call.prepare_again({saved.input, {}, saved.inverse}, grad_x,
                                                        call.has_delta ? gradients[1] : Tensor())
                                   : NormRowsGradient{grad_x, {}};
  const auto grad_weight = ctx->needs_input_grad(of_weight) ? torch::mm(dy.t(), x) : Tensor();
  const auto grad_A =
      shared.hidden.defined() ? torch::mm(shared.hidden.t(), call.dropped(x)) : Tensor();
  const auto grad_R = shared.logits.defined() ? router_weight_gradient(shared.logits, x) : Tensor();
  variable_list result = {
      grad_input, call.has_delta ? grad_input : Tensor(), grad_weight, grad_bias, grad_A, grad_R};
  result.insert(result.end(), grad_B.begin(), grad_B.end());
  result.resize(result.size() + 2);  // the call and the routing
  return result;
}

}  // namespace

GroupOutputs group_forward(const Tensor& input, const Tensor& weight, const Tensor& bias,
                           const Tensor& lora_A, const Tensor& routers,
                           const std::vector<Tensor>& lora_B,
                           const std::vector<MixturePlace>& places, const InputSteps& steps,
                           bool with_routing, std::shared_ptr<const FrozenProducts> products) {
  auto call = c10::make_intrusive<GroupCall>();
  call->places = places;
  call->runs = gate_runs(places);
  call->steps = steps;
  const auto delta = steps.norm ? steps.norm->delta : Tensor();
  if (steps.norm) call->steps.norm->delta = Tensor();  // which the call would keep
  call->has_delta = delta.defined();
  call->has_bias = bias.defined();
  call->products = std::move(products);
  // An autograd function accepts empty optionals, but no undefined tensors.
  const auto optional = [](const Tensor& tensor) {
    return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
  };
  std::vector<Gate::Result> gates;
  const auto outputs = GroupFunction::apply(input.contiguous(), optional(delta), weight,
                                            optional(bias), optional(lora_A), optional(routers),
                                            at::TensorList(lora_B), call, &gates);
  const size_t first = call->has_delta ? 2 : 1;  // of the probabilities
  GroupOutputs result = {outputs[0], call->has_delta ? outputs[1] : Tensor(), {}};
  for (size_t run = 0; with_routing && run < gates.size(); ++run) {
    // The gradient of one is a view, that of several a copy.
    const bool is_one = gates[run].probabilities.size(0) == 1;
    const auto& of_run = outputs[first + run];
    const auto probabilities =
        is_one ? variable_list{of_run.squeeze(0)} : variable_list(of_run.unbind(0));
    for (size_t i = 0; i < probabilities.size(); ++i) {
      const auto mixture = static_cast<int64_t>(i);
      result.routing.push_back(
          {probabilities[i], gates[run].weights[mixture], gates[run].indices[mixture]});
    }
  }
  return result;
}

}  // namespace mola
