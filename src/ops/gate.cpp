#include "ops/gate.h"

#include "kernels/gate.h"
#include "mola/ops/routing.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;

Gate::Result forward_by_torch(const Gate& gate, const Tensor& hidden, const Tensor& logits) {
  auto routing = route(logits, gate.top_k);
  const auto dense = torch::zeros_like(routing.probabilities)
                         .scatter(-1, routing.expert_indices, routing.expert_weights * gate.scaling)
                         .to(hidden.scalar_type());
  const auto gated = hidden.unflatten(-1, {gate.num_experts, gate.rank}) * dense.unsqueeze(-1);
  return {routing.probabilities, routing.expert_weights, routing.expert_indices, gated.flatten(1)};
}

// The same formulas as in kernels/gate.cpp.
void backward_by_torch(const Gate& gate, const Tensor& hidden, const Gate::Result& result,
                       const Tensor& grad_gated, const Tensor& grad_probabilities,
                       const Tensor& grad_hidden, const Tensor& grad_logits) {
  const auto& p = result.probabilities;
  const std::vector<int64_t> by_expert = {gate.num_experts, gate.rank};
  const auto grad = grad_gated.unflatten(-1, by_expert);
  const auto dense =
      torch::zeros_like(p).scatter(-1, result.indices, result.weights * gate.scaling);
  grad_hidden.copy_((grad * dense.to(grad.scalar_type()).unsqueeze(-1)).flatten(1));
  const auto dot = (grad * hidden.unflatten(-1, by_expert)).sum(-1, false, p.scalar_type());
  const auto dw = dot.gather(-1, result.indices) * gate.scaling;
  const auto mean = (dw * result.weights).sum(-1, true);
  const auto chosen_sum = p.gather(-1, result.indices).sum(-1, true);
  auto dp = torch::zeros_like(p).scatter(-1, result.indices, (dw - mean) / chosen_sum);
  dp = dp + grad_probabilities;
  grad_logits.copy_(p * (dp - (p * dp).sum(-1, true)));
}

}  // namespace

Gate::Result Gate::forward(const Tensor& hidden, const Tensor& logits) const {
  if (!on_host(hidden)) return forward_by_torch(*this, hidden, logits);
  const int64_t tokens = hidden.size(0);
  const auto wide = hidden.options().dtype(accumulate_dtype(hidden.scalar_type()));
  const Result result = {torch::empty({tokens, num_experts}, wide),
                         torch::empty({tokens, top_k}, wide),
                         torch::empty({tokens, top_k}, hidden.options().dtype(torch::kLong)),
                         torch::empty({tokens, num_experts * rank}, hidden.options())};
  const GateShape shape{num_experts, top_k, rank, hidden.stride(0), logits.stride(0), scaling};
  for_rows(hidden, tokens, [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    gate_rows(shape, kernel_data<T>(hidden), kernel_data<Acc<T>>(logits),
              kernel_data<Acc<T>>(result.probabilities), kernel_data<Acc<T>>(result.weights),
              kernel_data<int64_t>(result.indices), kernel_data<T>(result.gated), begin, end);
  });
  return result;
}

void Gate::backward(const Tensor& hidden, const Result& result, const Tensor& grad_gated,
                    const Tensor& grad_probabilities, const Tensor& grad_hidden,
                    const Tensor& grad_logits) const {
  if (!on_host(hidden)) {
    return backward_by_torch(*this, hidden, result, grad_gated, grad_probabilities, grad_hidden,
                             grad_logits);
  }
  const auto gated = grad_gated.contiguous();
  const auto outside = grad_probabilities.contiguous();
  const GateShape shape{num_experts, top_k, rank, hidden.stride(0), grad_logits.stride(0), scaling};
  for_rows(hidden, hidden.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    gate_gradient_rows(shape, kernel_data<T>(hidden), kernel_data<T>(gated),
                       kernel_data<Acc<T>>(result.probabilities),
                       kernel_data<Acc<T>>(result.weights), kernel_data<int64_t>(result.indices),
                       kernel_data<Acc<T>>(outside), kernel_data<T>(grad_hidden),
                       kernel_data<Acc<T>>(grad_logits), begin, end);
  });
}

}  // namespace mola
