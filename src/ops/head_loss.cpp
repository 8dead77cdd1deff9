#include "ops/head_loss.h"

#include <torch/autograd.h>

#include <algorithm>

#include "kernels/cross_entropy.h"
#include "ops/device.h"
#include "ops/kernel_dispatch.h"
#include "ops/matmul.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Logits in a chunk: 256 rows for a vocabulary of 32000, 16 MB in bf16.
constexpr int64_t kChunkElements = 256 * 32000;

// Returns the sum of the cross-entropies of all rows, and overwrites `logits` [N, V] with the
// gradient of `scale` times the sum.
Tensor cross_entropy_in_place(Tensor& logits, const Tensor& targets, double scale) {
  if (!on_host(logits)) {
    const auto wide = logits.to(torch::kFloat);
    const auto log_sums = wide.logsumexp(1, /*keepdim=*/true);
    const auto at_targets = wide.gather(1, targets.unsqueeze(1));
    auto gradient = (wide - log_sums).exp_();
    gradient.scatter_add_(1, targets.unsqueeze(1), torch::full_like(at_targets, -1));
    logits.copy_(gradient.mul_(scale));
    return (log_sums - at_targets).sum();
  }
  const auto* target = targets.const_data_ptr<int64_t>();
  const auto losses = torch::empty({logits.size(0)}, accumulate_dtype(logits.scalar_type()));
  for_rows(
      logits, logits.size(0),
      [&](auto* type, int64_t begin, int64_t end) {
        using T = std::remove_pointer_t<decltype(type)>;
        cross_entropy_rows(kernel_data<T>(logits), target, kernel_data<Acc<T>>(losses),
                           static_cast<Acc<T>>(scale), logits.size(1), begin, end);
      },
      /*grain=*/1);
  return losses.sum();
}

// The gradients, which the forward pass computes.
struct Saved {
  Tensor states_gradient;  // [N, H]
  Tensor head_gradient;    // [V, H], undefined if the head is frozen

  void save(AutogradContext* ctx) const {
    ctx->save_for_backward({states_gradient, head_gradient});
  }
  static Saved load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    return {saved[0], saved[1]};
  }
};

// The head and the cross-entropy of `states` [N, H], in chunks. The forward pass also computes the
// gradients, from the logits of each chunk; the backward pass only scales them.
struct HeadLossFunction : torch::autograd::Function<HeadLossFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& states, const Tensor& head_weight,
                        const Tensor& targets, double normalizer) {
    const int64_t rows = std::max<int64_t>(1, kChunkElements / head_weight.size(0));
    const Saved gradients = {torch::empty_like(states), head_weight.requires_grad()
                                                            ? torch::zeros_like(head_weight)
                                                            : Tensor()};
    auto loss = torch::zeros({}, states.options().dtype(accumulate_dtype(states.scalar_type())));
    for (int64_t begin = 0; begin < states.size(0); begin += rows) {
      const int64_t size = std::min(rows, states.size(0) - begin);
      auto logits = matmul_nt(states.narrow(0, begin, size), head_weight);
      loss += cross_entropy_in_place(logits, targets.narrow(0, begin, size), 1 / normalizer);
      if (states.requires_grad()) {
        gradients.states_gradient.narrow(0, begin, size).copy_(matmul_nn(logits, head_weight));
      }
      if (gradients.head_gradient.defined()) {
        gradients.head_gradient.addmm_(logits.t(), states.narrow(0, begin, size));
      }
    }
    gradients.save(ctx);
    return loss / normalizer;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = Saved::load(ctx);
    const auto scale = gradients[0].to(saved.states_gradient.scalar_type());
    return {saved.states_gradient * scale,
            saved.head_gradient.defined() ? saved.head_gradient * scale : Tensor(),
            {},
            {}};
  }
};

}  // namespace

Tensor head_loss(const Tensor& states, const Tensor& head_weight, const Tensor& targets,
                 double normalizer) {
  return HeadLossFunction::apply(states, head_weight, targets, normalizer);
}

}  // namespace mola
