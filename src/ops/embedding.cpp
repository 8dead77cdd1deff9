#include "ops/embedding.h"

#include <torch/autograd.h>

#include "ops/sum_rows.h"

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
    return {sum_rows(dy, ids, ctx->saved_data["rows"].toInt()).to(dy.scalar_type()), {}};
  }
};

}  // namespace

Tensor embed(const Tensor& weight, const Tensor& ids) {
  return EmbeddingFunction::apply(weight, ids);
}

}  // namespace mola
