#include "ops/group.h"

#include <torch/autograd.h>

#include "ops/kernel_dispatch.h"
#include "ops/matmul.h"
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
  int64_t hidden_rows = 0;  // of all A in the block; those of the routers follow
  InputSteps steps{};
  bool has_bias = false;

  Tensor activate(const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu(input) : input;
  }
  Tensor input_gradient(const Tensor& grad_x, const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu_gradient(grad_x, input) : grad_x;
  }
};

Tensor columns(const Tensor& matrix, int64_t begin, int64_t size) {
  return matrix.narrow(1, begin, size);
}

Tensor hidden_of(const Tensor& thin, const MixturePlace& place) {
  return columns(thin, place.hidden_begin, place.gate.num_experts * place.gate.rank);
}

Tensor logits_of(const Tensor& thin, const MixturePlace& place) {
  return columns(thin, place.logits_begin, place.gate.num_experts);
}

// Adds the mixture's h B^T to its columns of y.
void add_output(const Tensor& y, const MixturePlace& place, const Tensor& gated,
                const Tensor& lora_B) {
  columns(y, place.output_begin, place.output_size).addmm_(gated, lora_B.t());
}

// A dropout(x) and R x, concatenated: [N, M].
Tensor thin_products(const Tensor& x, const Tensor& dropped, const Tensor& block,
                     int64_t hidden_rows) {
  if (dropped.is_same(x)) return matmul_nt(x, block);
  const int64_t router_rows = block.size(0) - hidden_rows;
  const auto hidden = matmul_nt(dropped, block.narrow(0, 0, hidden_rows));
  return torch::cat({hidden, matmul_nt(x, block.narrow(0, hidden_rows, router_rows))}, 1);
}

struct GroupFunction : torch::autograd::Function<GroupFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& input, const Tensor& weight,
                               const std::optional<Tensor>& bias,
                               const std::optional<Tensor>& block_given, at::TensorList lora_B,
                               const c10::intrusive_ptr<GroupCall>& call,
                               std::vector<Gate::Result>* routing) {
    const auto block = block_given.value_or(Tensor());
    const auto x = call->activate(input);
    auto y = matmul_nt(x, weight);
    if (bias) y.add_(*bias);
    const bool drops = call->steps.dropout && block.defined();
    const auto dropped = drops ? call->steps.dropout->apply(x) : x;
    const auto thin =
        block.defined() ? thin_products(x, dropped, block, call->hidden_rows) : Tensor();

    variable_list outputs = {y};
    const bool needs_input = block.defined() || weight.requires_grad() ||
                             call->steps.activation != InputActivation::kNone;
    SavedGroup saved = {needs_input ? input : Tensor(), weight, block, thin, {}};
    for (size_t i = 0; i < call->places.size(); ++i) {
      const auto& place = call->places[i];
      saved.mixtures.push_back({lora_B[i], {}});
      if (place.logits_begin < 0) {
        add_output(y, place, hidden_of(thin, place) * place.gate.scaling, lora_B[i]);
        continue;
      }
      const auto result = place.gate.forward(hidden_of(thin, place), logits_of(thin, place));
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

// The gradients of the tensors that all mixtures share.
struct GroupBackward {
  const Tensor& x;  // after the activation
  const SavedGroup& saved;
  const GroupCall& call;

  int64_t router_rows() const { return saved.block.size(0) - call.hidden_rows; }
  Tensor grad_hidden(const Tensor& grad) const { return columns(grad, 0, call.hidden_rows); }
  Tensor grad_logits(const Tensor& grad) const {
    return columns(grad, call.hidden_rows, router_rows());
  }

  Tensor block_gradient(const Tensor& grad_thin) const {
    if (!saved.block.defined()) return {};
    const auto& dropout = call.steps.dropout;
    if (!dropout) return torch::mm(grad_thin.t(), x);
    return torch::cat({torch::mm(grad_hidden(grad_thin).t(), dropout->apply(x)),
                       torch::mm(grad_logits(grad_thin).t(), x)});
  }

  Tensor x_gradient(const Tensor& dy, const Tensor& grad_thin) const {
    const auto& block = saved.block;
    auto grad_x = matmul_nn(dy, saved.weight);
    if (!block.defined()) return grad_x;
    if (!call.steps.dropout) return grad_x.addmm_(grad_thin, block);
    const auto through = matmul_nn(grad_hidden(grad_thin), block.narrow(0, 0, call.hidden_rows));
    call.steps.dropout->add_to(grad_x, through);
    return grad_x.addmm_(grad_logits(grad_thin), block.narrow(0, call.hidden_rows, router_rows()));
  }
};

// Returns dB of a mixture, as a transposed view like its parameters, and writes its columns of the
// gradient of the low-rank products.
Tensor mixture_gradient(const MixturePlace& place, const Tensor& dy, const SavedMixture& saved,
                        const Tensor& thin, const Tensor& grad_probabilities,
                        const Tensor& grad_thin) {
  const auto dy_here = columns(dy, place.output_begin, place.output_size);
  const auto grad_gated = matmul_nn(dy_here, saved.lora_B);
  const auto hidden = hidden_of(thin, place);
  auto grad_hidden = hidden_of(grad_thin, place);
  if (place.logits_begin < 0) {
    grad_hidden.copy_(grad_gated).mul_(place.gate.scaling);
    return torch::mm((hidden * place.gate.scaling).t(), dy_here).t();
  }
  place.gate.backward(hidden, saved.gate, grad_gated, grad_probabilities, grad_hidden,
                      logits_of(grad_thin, place));
  return torch::mm(saved.gate.gated.t(), dy_here).t();
}

variable_list GroupFunction::backward(AutogradContext* ctx, variable_list gradients) {
  refuse_second_derivatives();
  const auto saved = SavedGroup::load(ctx);
  const auto capsule = ctx->saved_data["call"].toCapsule();
  const auto& call = static_cast<const GroupCall&>(*capsule);
  const auto dy = gradients[0].contiguous();
  const bool needs_weight = ctx->needs_input_grad(1);
  const auto x = saved.block.defined() || needs_weight ? call.activate(saved.input) : Tensor();
  const auto grad_weight = needs_weight ? torch::mm(dy.t(), x) : Tensor();
  const auto grad_bias = call.has_bias && ctx->needs_input_grad(2) ? dy.sum(0) : Tensor();
  const auto grad_thin = saved.thin.defined() ? torch::empty_like(saved.thin) : Tensor();
  variable_list grad_B;
  auto next_gradient = gradients.begin() + 1;  // of the probabilities of the next router
  for (size_t i = 0; i < call.places.size(); ++i) {
    const auto& place = call.places[i];
    const auto grad_probabilities = place.logits_begin >= 0 ? *next_gradient++ : Tensor();
    grad_B.push_back(
        mixture_gradient(place, dy, saved.mixtures[i], saved.thin, grad_probabilities, grad_thin));
  }
  const GroupBackward shared{x, saved, call};
  const auto grad_input = ctx->needs_input_grad(0)
                              ? call.input_gradient(shared.x_gradient(dy, grad_thin), saved.input)
                              : Tensor();
  variable_list result = {grad_input, grad_weight, grad_bias, shared.block_gradient(grad_thin)};
  result.insert(result.end(), grad_B.begin(), grad_B.end());
  result.resize(result.size() + 2);  // the call and the routing
  return result;
}

}  // namespace

GroupOutputs group_forward(const Tensor& input, const Tensor& weight, const Tensor& bias,
                           const Tensor& block, const std::vector<Tensor>& lora_B,
                           const std::vector<MixturePlace>& places, const InputSteps& steps,
                           std::vector<Gate::Result>* routing) {
  auto call = c10::make_intrusive<GroupCall>();
  call->places = places;
  call->steps = steps;
  call->has_bias = bias.defined();
  for (const auto& place : places) call->hidden_rows += place.gate.num_experts * place.gate.rank;
  // An autograd function accepts empty optionals, but no undefined tensors.
  const auto optional = [](const Tensor& tensor) {
    return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
  };
  const auto outputs = GroupFunction::apply(input.contiguous(), weight, optional(bias),
                                            optional(block), at::TensorList(lora_B), call, routing);
  return {outputs[0], variable_list(outputs.begin() + 1, outputs.end())};
}

}  // namespace mola
