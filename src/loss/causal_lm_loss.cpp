#include "mola/loss/causal_lm_loss.h"

#include <torch/autograd.h>

#include <algorithm>

#include "kernels/cross_entropy.h"
#include "nn/kernel_call.h"
#include "nn/product.h"

namespace mola {
namespace {

using torch::Tensor;

// Rows of logits that exist at a time: 256 rows of a vocabulary of 32000 in bf16 are 16 MB.
constexpr int64_t kChunkElements = 256 * 32000;

// Returns the sum of the rows' cross-entropies; `logits` [N, V] become the gradient of `scale`
// times it.
Tensor cross_entropy_in_place(Tensor& logits, const Tensor& targets, double scale) {
  if (!logits.is_cpu()) {
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

// The head and the cross-entropy of `states` [N, H], chunk by chunk. The gradients come out of the
// forward pass, while the logits are there; the backward pass only scales them.
struct HeadLossFunction : torch::autograd::Function<HeadLossFunction> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& states,
                        const Tensor& head_weight, const Tensor& targets, double normalizer) {
    const int64_t rows = std::max<int64_t>(1, kChunkElements / head_weight.size(0));
    const auto gradient = torch::empty_like(states);
    const auto head_gradient =
        head_weight.requires_grad() ? torch::zeros_like(head_weight) : Tensor();
    auto loss = torch::zeros({}, states.options().dtype(accumulate_dtype(states.scalar_type())));
    for (int64_t begin = 0; begin < states.size(0); begin += rows) {
      const int64_t size = std::min(rows, states.size(0) - begin);
      auto logits = product_nt(states.narrow(0, begin, size), head_weight);
      loss += cross_entropy_in_place(logits, targets.narrow(0, begin, size), 1 / normalizer);
      if (states.requires_grad()) {
        gradient.narrow(0, begin, size).copy_(product_nn(logits, head_weight));
      }
      if (head_gradient.defined()) {
        head_gradient.addmm_(logits.t(), states.narrow(0, begin, size));
      }
    }
    ctx->save_for_backward({gradient, head_gradient});
    return loss / normalizer;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = ctx->get_saved_variables();
    const auto scale = gradients[0].to(saved[0].scalar_type());
    return {saved[0] * scale, saved[1].defined() ? saved[1] * scale : Tensor(), {}, {}};
  }
};

}  // namespace

Targets find_targets(const Tensor& labels) {
  const int64_t time = labels.size(1);
  const auto next = labels.narrow(1, std::min<int64_t>(1, time), std::max<int64_t>(0, time - 1));
  const auto places = torch::nonzero(next != kUnlabelled);  // [M, 2]: row, position
  const auto positions = places.select(1, 0) * time + places.select(1, 1);
  return {positions, labels.reshape(-1).index_select(0, positions + 1)};
}

Tensor causal_lm_loss(const Tensor& hidden, const Tensor& head_weight, const Targets& targets,
                      double normalizer) {
  if (targets.tokens.is_cpu() && targets.count() > 0) {  // a GPU would have to be waited for
    const auto lowest = targets.tokens.min().item<int64_t>();
    const auto highest = targets.tokens.max().item<int64_t>();
    TORCH_CHECK(lowest >= 0 && highest < head_weight.size(0), "causal_lm_loss: found targets from ",
                lowest, " to ", highest, ", expected 0 to below ", head_weight.size(0));
  }
  const auto states = hidden.reshape({-1, hidden.size(-1)}).index_select(0, targets.positions);
  const auto head = torch::GradMode::is_enabled() ? head_weight : head_weight.detach();
  return HeadLossFunction::apply(states, head, targets.tokens.contiguous(),
                                 targets.count() == 0 ? 1.0 : normalizer);
}

}  // namespace mola
