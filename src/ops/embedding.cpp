#include "ops/embedding.h"

#include <torch/autograd.h>

#include "ops/kernel_dispatch.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct EmbeddingFunction : torch::autograd::Function<EmbeddingFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& weight, const Tensor& ids) {
    ctx->save_for_backward({ids});
    ctx->saved_data["rows"] = weight.size(0);
    return weight.index_select(0, ids);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const auto ids = ctx->get_saved_variables()[0];
    const auto& dy = gradients[0];
    const auto sum_dtype = accumulate_dtype(dy.scalar_type());
    const auto sums =
        torch::zeros({ctx->saved_data["rows"].toInt(), dy.size(1)}, dy.options().dtype(sum_dtype));
    return {sums.index_add_(0, ids, dy.to(sum_dtype)).to(dy.scalar_type()), {}};
  }
};

}  // namespace

Tensor embed(const Tensor& weight, const Tensor& ids) {
  return EmbeddingFunction::apply(weight, ids);
}

}  // namespace mola
