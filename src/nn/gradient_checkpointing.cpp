#include "nn/gradient_checkpointing.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct LayerCall : torch::CustomClassHolder {
  DecoderLayer layer{nullptr};
  AttentionInputs inputs;
  RoutingTrace routing;  // of the first run

  // y, and the probabilities of the layer's routers.
  variable_list run(const Tensor& x, RoutingTrace& trace) {
    variable_list outputs = {layer->forward(x, inputs, &trace)};
    for (const auto& record : trace.records) outputs.push_back(record.routing.probabilities);
    return outputs;
  }
};

// Tensors that the backward pass needs. The parameters are saved only for autograd's check:
// changing one before the backward pass is then an error.
struct SavedSegment {
  Tensor x;
  variable_list parameters;

  void save(AutogradContext* ctx) const {
    variable_list saved = parameters;
    saved.push_back(x);
    ctx->save_for_backward(saved);
  }
  static SavedSegment load(const AutogradContext* ctx) {
    auto saved = ctx->get_saved_variables();
    const Tensor x = saved.back();
    saved.pop_back();
    return {x, saved};
  }
};

struct CheckpointFunction : torch::autograd::Function<CheckpointFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x, at::TensorList parameters,
                               const c10::intrusive_ptr<LayerCall>& call) {
    SavedSegment{x, parameters.vec()}.save(ctx);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    return call->run(x, call->routing);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    refuse_second_derivatives();
    const auto saved = SavedSegment::load(ctx);
    const auto capsule = ctx->saved_data["call"].toCapsule();
    auto& call = static_cast<LayerCall&>(*capsule);
    const bool needs_x = ctx->needs_input_grad(0);
    const auto x = saved.x.detach().requires_grad_(needs_x);

    const torch::AutoGradMode with_gradients(true);
    RoutingTrace trace;
    const auto outputs = call.run(x, trace);
    variable_list inputs = saved.parameters;
    if (needs_x) inputs.insert(inputs.begin(), x);
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
