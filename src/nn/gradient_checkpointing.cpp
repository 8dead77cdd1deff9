#include "nn/gradient_checkpointing.h"

#include <ATen/Context.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include <mutex>

#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The state of the random numbers on the device of x.
Tensor random_state(const Tensor& x) {
  auto generator = at::globalContext().defaultGenerator(x.device());
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(const Tensor& x, const Tensor& state) {
  auto generator = at::globalContext().defaultGenerator(x.device());
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
}

// Draws random numbers from `state` on, until its end, whatever happens.
class RandomStateGuard {
 public:
  RandomStateGuard(const Tensor& x, const Tensor& state) : x_(x), before_(random_state(x)) {
    set_random_state(x, state);
  }
  ~RandomStateGuard() { set_random_state(x_, before_); }
  RandomStateGuard(const RandomStateGuard&) = delete;
  RandomStateGuard& operator=(const RandomStateGuard&) = delete;

 private:
  Tensor x_;
  Tensor before_;
};

struct LayerCall : torch::CustomClassHolder {
  DecoderLayer layer{nullptr};
  AttentionInputs inputs;
  Tensor random;         // before the layer ran
  RoutingTrace routing;  // of the first run

  // y, and what the layer's routers gave.
  variable_list run(const Tensor& x, RoutingTrace& trace) {
    variable_list outputs = {layer->forward(x, inputs, &trace)};
    for (const auto& record : trace.records) outputs.push_back(record.routing.probabilities);
    return outputs;
  }
};

struct CheckpointFunction : torch::autograd::Function<CheckpointFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x, at::TensorList parameters,
                               const c10::intrusive_ptr<LayerCall>& call) {
    call->random = random_state(x);
    // The parameters not for their values: one that is changed before the backward pass is then an
    // error.
    variable_list saved = {x};
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    ctx->save_for_backward(saved);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return call->run(x, call->routing);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    auto inputs = ctx->get_saved_variables();
    const auto capsule = ctx->saved_data["call"].toCapsule();
    auto& call = static_cast<LayerCall&>(*capsule);
    const bool needs_x = ctx->needs_input_grad(0);
    inputs[0] = inputs[0].detach().requires_grad_(needs_x);

    const torch::AutoGradMode with_gradients(true);
    RoutingTrace trace;
    const auto outputs = [&] {
      const RandomStateGuard as_before(inputs[0], call.random);
      return call.run(inputs[0], trace);
    }();
    if (!needs_x) inputs.erase(inputs.begin());
    auto result = torch::autograd::grad(outputs, inputs, gradients, /*retain_graph=*/false,
                                        /*create_graph=*/false, /*allow_unused=*/true);
    if (!needs_x) result.insert(result.begin(), Tensor());
    result.emplace_back();  // the call
    return result;
  }
};

}  // namespace

Tensor forward_checkpointed(DecoderLayer layer, const Tensor& x, const AttentionInputs& inputs,
                            RoutingTrace* trace) {
  auto call = c10::make_intrusive<LayerCall>();
  call->layer = layer;
  call->inputs = inputs;
  if (trace != nullptr) call->routing.layer = trace->layer;
  std::vector<Tensor> parameters;
  for (const auto& parameter : layer->parameters()) {
    if (parameter.requires_grad()) parameters.push_back(parameter);
  }
  const auto outputs = CheckpointFunction::apply(x, at::TensorList(parameters), call);
  for (size_t i = 0; trace != nullptr && i < call->routing.records.size(); ++i) {
    auto& record = call->routing.records[i];
    record.routing.probabilities = outputs[i + 1];
    trace->records.push_back(record);
  }
  call->routing.records.clear();
  return outputs[0];
}

}  // namespace mola
