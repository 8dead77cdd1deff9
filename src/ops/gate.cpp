#include "ops/gate.h"

#include "kernels/gate.h"
#include "mola/ops/routing.h"
#include "ops/run_kernel.h"

namespace mola {
namespace {

using torch::Tensor;

// [N, P size] -> [P, N, size]
Tensor by_mixture(const Tensor& columns, int64_t mixtures) {
  return columns.unflatten(-1, {mixtures, -1}).transpose(0, 1);
}

// The weights of all experts, 0 for those that were not chosen: [P, N, E].
Tensor dense_weights(const Tensor& probabilities, const Tensor& weights, const Tensor& indices) {
  return torch::zeros_like(probabilities).scatter_(-1, indices, weights);
}

Gate::Result forward_by_torch(const Gate& gate, const Tensor& hidden, const Tensor& logits) {
  const auto [p, weights, indices] = route(by_mixture(logits, gate.mixtures), gate.top_k);
  const auto factors = dense_weights(p, weights, indices) * gate.scaling;
  const std::vector<int64_t> by_expert = {gate.num_experts, gate.rank};
  const auto gated = torch::empty({gate.mixtures, hidden.size(0), gate.width()}, hidden.options());
  auto of_experts = gated.unflatten(-1, by_expert);
  torch::mul_out(of_experts, by_mixture(hidden, gate.mixtures).unflatten(-1, by_expert),
                 factors.unsqueeze(-1));
  return {p, weights, indices, gated};
}

// The same formulas as in kernels/gate_rows.h.
void backward_by_torch(const Gate& gate, const Tensor& hidden, const Gate::Result& result,
                       const Tensor& grad_gated, const Tensor& outside, const Tensor& grad_hidden,
                       const Tensor& grad_logits) {
  const auto& p = result.probabilities;
  const std::vector<int64_t> by_expert = {gate.num_experts, gate.rank};
  const auto weights = dense_weights(p, result.weights, result.indices);
  const auto factors = weights * gate.scaling;
  const auto grad = grad_gated.unflatten(-1, by_expert);
  auto grad_of_experts = by_mixture(grad_hidden, gate.mixtures).unflatten(-1, by_expert);
  torch::mul_out(grad_of_experts, grad, factors.unsqueeze(-1));
  const auto dots = (grad * by_mixture(hidden, gate.mixtures).unflatten(-1, by_expert))
                        .sum(-1, false, p.scalar_type());
  const auto mean = (dots * weights).sum(-1, true);
  const auto pull = (p * outside).sum(-1, true);
  auto of_logits = by_mixture(grad_logits, gate.mixtures);
  torch::addcmul_out(of_logits, p * (outside - pull), dots - mean, factors);
}

bool has_gate_kernel(const Gate& gate, const Tensor& hidden) {
  return on_host(hidden) || (has_kernel(hidden) && gate.num_experts <= kMostGateExperts);
}

}  // namespace

Gate::Result Gate::forward(const Tensor& hidden, const Tensor& logits) const {
  if (!has_gate_kernel(*this, hidden)) return forward_by_torch(*this, hidden, logits);
  const int64_t tokens = hidden.size(0);
  const auto wide = hidden.options().dtype(accumulate_dtype(hidden.scalar_type()));
  const Result result = {
      torch::empty({mixtures, tokens, num_experts}, wide),
      torch::empty({mixtures, tokens, top_k}, wide),
      torch::empty({mixtures, tokens, top_k}, hidden.options().dtype(torch::kLong)),
      torch::empty({mixtures, tokens, width()}, hidden.options())};
  with_type(hidden, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const GateArguments<T> arguments = {tokens,
                                        mixtures,
                                        num_experts,
                                        top_k,
                                        rank,
                                        hidden.stride(0),
                                        logits.stride(0),
                                        static_cast<Acc<T>>(scaling),
                                        kernel_data<T>(hidden),
                                        kernel_data<Acc<T>>(logits),
                                        kernel_data<Acc<T>>(result.probabilities),
                                        kernel_data<Acc<T>>(result.weights),
                                        kernel_data<int64_t>(result.indices),
                                        kernel_data<T>(result.gated)};
    run_kernel(hidden, arguments, tokens, gate_rows);
  });
  return result;
}

void Gate::backward(const Tensor& hidden, const Result& result, const Tensor& grad_gated,
                    const Tensor& grad_probabilities, const Tensor& grad_hidden,
                    const Tensor& grad_logits) const {
  if (!has_gate_kernel(*this, hidden)) {
    return backward_by_torch(*this, hidden, result, grad_gated, grad_probabilities, grad_hidden,
                             grad_logits);
  }
  const auto gated = grad_gated.contiguous();
  const auto outside =
      grad_probabilities.stride(2) == 1 ? grad_probabilities : grad_probabilities.contiguous();
  with_type(hidden, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const GateGradientArguments<T> arguments = {hidden.size(0),
                                                mixtures,
                                                num_experts,
                                                top_k,
                                                rank,
                                                hidden.stride(0),
                                                grad_logits.stride(0),
                                                outside.stride(1),
                                                outside.stride(0),
                                                static_cast<Acc<T>>(scaling),
                                                kernel_data<T>(hidden),
                                                kernel_data<T>(gated),
                                                kernel_data<Acc<T>>(result.probabilities),
                                                kernel_data<Acc<T>>(result.weights),
                                                kernel_data<int64_t>(result.indices),
                                                kernel_data<Acc<T>>(outside),
                                                kernel_data<T>(grad_hidden),
                                                kernel_data<Acc<T>>(grad_logits)};
    run_kernel(hidden, arguments, hidden.size(0), gate_gradient_rows);
  });
}

}  // namespace mola
