#include "ops/head_loss.h"

#include <torch/autograd.h>

#include <algorithm>

#include "kernels/cross_entropy.h"
#include "ops/frozen_products.h"
#include "ops/rounded_length.h"
#include "ops/run_kernel.h"
#include "ops/sum_rows.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Logits in a chunk: 256 rows for a vocabulary of 32000 on a CPU, 16 MB in bf16, which fit into its
// cache; on a GPU, which reads the head from memory for each chunk, 4096 rows, 256 MB.
constexpr int64_t kChunkElements = 256 * 32000;
constexpr int64_t kDeviceChunkElements = 4096 * 32000;

Tensor narrow_defined(const Tensor& values, int64_t begin, int64_t size) {
  return values.defined() ? values.narrow(0, begin, size) : Tensor();
}

Tensor cross_entropy_by_torch(Tensor& logits, const Tensor& tokens, const Tensor& weights,
                              double scale) {
  const auto wide = logits.to(accumulate_dtype(logits.scalar_type()));
  const auto log_sums = wide.logsumexp(1, /*keepdim=*/true);
  const auto at_targets = wide.gather(1, tokens.unsqueeze(1));
  auto gradient = (wide - log_sums).exp_();
  gradient.scatter_add_(1, tokens.unsqueeze(1), torch::full_like(at_targets, -1));
  auto losses = log_sums - at_targets;
  if (weights.defined()) {
    const auto factors = weights.to(wide.scalar_type()).unsqueeze(1);
    gradient.mul_(factors);
    losses = losses * factors;
  }
  logits.copy_(gradient.mul_(scale));
  return losses.sum();
}

// Returns the weighted sum of the cross-entropies of all rows, and overwrites `logits` [M, V] with
// the gradient of `scale` times the sum.
Tensor cross_entropy_in_place(Tensor& logits, const Tensor& tokens, const Tensor& weights,
                              double scale) {
  if (!has_kernel(logits)) return cross_entropy_by_torch(logits, tokens, weights, scale);
  const auto losses = torch::empty({logits.size(0)},
                                   logits.options().dtype(accumulate_dtype(logits.scalar_type())));
  with_type(logits, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const CrossEntropyArguments<T> arguments = {kernel_data<T>(logits),
                                                kernel_data<int64_t>(tokens),
                                                data_or_null<int64_t>(weights),
                                                kernel_data<Acc<T>>(losses),
                                                static_cast<Acc<T>>(scale),
                                                logits.size(0),
                                                logits.size(1)};
    run_kernel(logits, arguments, logits.size(0), cross_entropy_rows,
               /*grain=*/1);
  });
  return losses.sum();
}

// sum += a b, of which each product is rounded if the sum is wider.
void add_product(const Tensor& sum, const Tensor& a, const Tensor& b) {
  if (sum.scalar_type() == a.scalar_type()) {
    sum.addmm_(a, b);
  } else {
    sum.add_(torch::mm(a, b));
  }
}

// The gradients, which the forward pass computes.
struct SavedHeadLoss {
  Tensor states_gradient;  // [M, H]
  Tensor head_gradient;    // [V, H], fp32 for bf16; undefined if the head is frozen
  Tensor rows;             // [M], of the states among the N of `hidden`

  void save(AutogradContext* ctx) const {
    ctx->save_for_backward({states_gradient, head_gradient, rows});
  }
  static SavedHeadLoss load(const AutogradContext* ctx) {
    const auto saved = ctx->get_saved_variables();
    return {saved[0], saved[1], saved[2]};
  }

  // [N, H]
  Tensor hidden_gradient(const Tensor& scale, int64_t tokens) const {
    return sum_rows(states_gradient, rows, tokens).mul_(scale).to(states_gradient.scalar_type());
  }
};

// The head and the cross-entropy, in chunks. The forward pass also computes the gradients, from the
// logits of each chunk; the backward pass only scales them.
struct HeadLossFunction : torch::autograd::Function<HeadLossFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& hidden, const Tensor& head_weight,
                        const Tensor& rows_given, const Tensor& tokens,
                        const std::optional<Tensor>& weights_given, double normalizer,
                        const FrozenProducts* products) {
    const auto weights = weights_given.value_or(Tensor());
    const auto states = hidden.index_select(0, rows_given);
    const int64_t elements = on_host(hidden) ? kChunkElements : kDeviceChunkElements;
    const int64_t rows = std::max<int64_t>(16, elements / head_weight.size(0) / 16 * 16);
    const auto wide = states.options().dtype(accumulate_dtype(states.scalar_type()));
    const SavedHeadLoss gradients = {
        torch::empty_like(states),
        head_weight.requires_grad() ? torch::zeros(head_weight.sizes(), wide) : Tensor(),
        rows_given};
    auto loss = torch::zeros({}, wide);
    for (int64_t begin = 0; begin < states.size(0); begin += rows) {
      const int64_t size = std::min(rows, states.size(0) - begin);
      const auto chunk = with_rows(states.narrow(0, begin, size), rounded_length(size));
      const auto logits = frozen_forward(chunk, head_weight, products);  // zero behind the states
      auto of_states = logits.narrow(0, 0, size);
      loss += cross_entropy_in_place(of_states, tokens.narrow(0, begin, size),
                                     narrow_defined(weights, begin, size), 1 / normalizer);
      if (hidden.requires_grad()) {
        gradients.states_gradient.narrow(0, begin, size)
            .copy_(frozen_backward(logits, head_weight, products).narrow(0, 0, size));
      }
      if (gradients.head_gradient.defined()) {
        add_product(gradients.head_gradient, logits.t(), chunk);
      }
    }
    gradients.save(ctx);
    ctx->saved_data["tokens"] = hidden.size(0);
    return loss / normalizer;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    refuse_second_derivatives();
    const auto saved = SavedHeadLoss::load(ctx);
    const auto& scale = gradients[0];
    return {ctx->needs_input_grad(0)
                ? saved.hidden_gradient(scale, ctx->saved_data["tokens"].toInt())
                : Tensor(),
            saved.head_gradient.defined()
                ? (saved.head_gradient * scale).to(saved.states_gradient.scalar_type())
                : Tensor(),
            {},
            {},
            {},
            {},
            {}};
  }
};

}  // namespace

Tensor head_loss(const Tensor& hidden, const Tensor& head_weight, const HeadTargets& targets,
                 double normalizer, const FrozenProducts* products) {
  const auto weights =
      targets.weights.defined() ? std::optional<Tensor>(targets.weights) : std::nullopt;
  return HeadLossFunction::apply(hidden, head_weight, targets.rows, targets.tokens, weights,
                                 normalizer, products);
}

}  // namespace mola
