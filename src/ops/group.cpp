#include "ops/group.h"

#include <torch/autograd.h>

#include "ops/kernel_dispatch.h"
#include "ops/matmul.h"
#include "ops/swiglu.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What of a call is no tensor.
struct GroupCall : torch::CustomClassHolder {
  std::vector<MixturePlace> places;
  int64_t hidden_rows = 0;  // of the block: all A; the routers follow
  InputSteps steps{};
  bool has_bias = false;

  Tensor activate(const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu(input) : input;
  }
  Tensor input_gradient(const Tensor& grad_x, const Tensor& input) const {
    return steps.activation == InputActivation::kSwiglu ? swiglu_gradient(grad_x, input) : grad_x;
  }
  double keep() const { return 1 - steps.dropout; }
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
  auto out = columns(y, place.output_begin, place.output_size);
  out.addmm_(gated, lora_B.t());
}

// A dropout(x) and R x side by side, [N, M].
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
    Tensor dropped = x;
    Tensor kept;  // [N, I] bool
    if (call->steps.dropout > 0 && block.defined())
      std::tie(dropped, kept) = torch::native_dropout(x, call->steps.dropout, true);
    const auto thin =
        block.defined() ? thin_products(x, dropped, block, call->hidden_rows) : Tensor();

    variable_list outputs = {y};
    const bool needs_input = block.defined() || weight.requires_grad() ||
                             call->steps.activation != InputActivation::kNone;
    variable_list saved = {needs_input ? input : Tensor(), kept, weight, block, thin};
    for (size_t i = 0; i < call->places.size(); ++i) {
      const auto& place = call->places[i];
      saved.push_back(lora_B[i]);
      if (place.logits_begin < 0) {
        add_output(y, place, hidden_of(thin, place) * place.gate.scaling, lora_B[i]);
        continue;
      }
      const auto result = place.gate.forward(hidden_of(thin, place), logits_of(thin, place));
      add_output(y, place, result.gated, lora_B[i]);
      outputs.push_back(result.probabilities);
      saved.insert(saved.end(), {result.weights, result.indices, result.gated});
      if (routing != nullptr) routing->push_back(result);
    }
    // Each router's probabilities are an output, so they are saved as one.
    saved.insert(saved.end(), outputs.begin() + 1, outputs.end());
    ctx->save_for_backward(saved);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return outputs;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients);
};

// What the backward pass has: the saved tensors that all mixtures share, and the call.
struct GroupBackward {
  const Tensor& x;  // after the activation
  const Tensor &kept, &weight, &block;
  const GroupCall& call;

  int64_t router_rows() const { return block.size(0) - call.hidden_rows; }
  Tensor grad_hidden(const Tensor& grad_thin) const {
    return columns(grad_thin, 0, call.hidden_rows);
  }
  Tensor grad_logits(const Tensor& grad_thin) const {
    return columns(grad_thin, call.hidden_rows, router_rows());
  }

  Tensor block_gradient(const Tensor& grad_thin) const {
    if (!kept.defined()) return torch::mm(grad_thin.t(), x);
    const auto dropped = (x * kept).mul_(1 / call.keep());
    return torch::cat(
        {torch::mm(grad_hidden(grad_thin).t(), dropped), torch::mm(grad_logits(grad_thin).t(), x)});
  }

  Tensor x_gradient(const Tensor& dy, const Tensor& grad_thin) const {
    auto grad_x = matmul_nn(dy, weight);
    if (!kept.defined()) return grad_x.addmm_(grad_thin, block);
    const auto through = matmul_nn(grad_hidden(grad_thin), block.narrow(0, 0, call.hidden_rows));
    grad_x.addcmul_(through, kept.to(through.scalar_type()), 1 / call.keep());
    return grad_x.addmm_(grad_logits(grad_thin), block.narrow(0, call.hidden_rows, router_rows()));
  }
};

// dB of a mixture, transposed as its parameters lie, and its columns of the thin products'
// gradient.
Tensor mixture_gradient(const MixturePlace& place, const Tensor& dy, const Tensor& lora_B,
                        const Tensor& thin, const Gate::Result& result,
                        const Tensor& grad_probabilities, const Tensor& grad_thin) {
  const auto dy_here = columns(dy, place.output_begin, place.output_size);
  const auto grad_gated = matmul_nn(dy_here, lora_B);
  const auto hidden = hidden_of(thin, place);
  auto grad_hidden = hidden_of(grad_thin, place);
  if (place.logits_begin < 0) {
    grad_hidden.copy_(grad_gated).mul_(place.gate.scaling);
    return torch::mm((hidden * place.gate.scaling).t(), dy_here).t();
  }
  place.gate.backward(hidden, result, grad_gated, grad_probabilities, grad_hidden,
                      logits_of(grad_thin, place));
  return torch::mm(result.gated.t(), dy_here).t();
}

variable_list GroupFunction::backward(AutogradContext* ctx, variable_list gradients) {
  refuse_second_derivatives();
  const auto saved = ctx->get_saved_variables();
  const auto capsule = ctx->saved_data["call"].toCapsule();
  const auto& call = static_cast<const GroupCall&>(*capsule);
  const auto& input = saved[0];
  const auto& thin = saved[4];
  const auto dy = gradients[0].contiguous();
  const bool needs_x = ctx->needs_input_grad(0);
  const bool needs_weight = ctx->needs_input_grad(1);
  const bool has_experts = saved[3].defined();
  const auto x = has_experts || needs_weight ? call.activate(input) : Tensor();
  const auto grad_weight = needs_weight ? torch::mm(dy.t(), x) : Tensor();
  const auto grad_bias = call.has_bias && ctx->needs_input_grad(2) ? dy.sum(0) : Tensor();
  if (!has_experts) {
    return {needs_x ? call.input_gradient(matmul_nn(dy, saved[2]), input) : Tensor(),
            grad_weight,
            grad_bias,
            {},
            {},
            {}};
  }
  const GroupBackward shared{x, saved[1], saved[2], saved[3], call};
  const auto grad_thin = torch::empty_like(thin);
  variable_list grad_B;
  size_t next = 5;
  size_t router = 0;
  const size_t routers = gradients.size() - 1;
  for (const auto& place : call.places) {
    const auto& lora_B = saved[next++];
    Gate::Result result;
    Tensor grad_probabilities;
    if (place.logits_begin >= 0) {
      result = {saved[saved.size() - routers + router], saved[next], saved[next + 1],
                saved[next + 2]};
      grad_probabilities = gradients[1 + router];
      next += 3;
      ++router;
    }
    grad_B.push_back(
        mixture_gradient(place, dy, lora_B, thin, result, grad_probabilities, grad_thin));
  }
  variable_list result = {
      needs_x ? call.input_gradient(shared.x_gradient(dy, grad_thin), input) : Tensor(),
      grad_weight, grad_bias, shared.block_gradient(grad_thin)};
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
  // An autograd function takes what may be missing as optional, and no undefined tensor.
  const auto optional = [](const Tensor& tensor) {
    return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
  };
  auto outputs = GroupFunction::apply(input.contiguous(), weight, optional(bias), optional(block),
                                      at::TensorList(lora_B), call, routing);
  GroupOutputs result{outputs[0], {}};
  result.probabilities.assign(outputs.begin() + 1, outputs.end());
  return result;
}

}  // namespace mola
