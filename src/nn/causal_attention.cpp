#include "nn/causal_attention.h"

#include <torch/autograd.h>

#include <cmath>

#include "kernels/causal_softmax.h"
#include "nn/kernel_call.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kLongestByProducts = 512;

// [B, heads, T, D] -> [B kv_heads, group T, D]: the query heads that share a key stand one after
// the other, so that keys and values are never repeated.
Tensor by_key_head(const Tensor& query, int64_t kv_heads) {
  return query.reshape({query.size(0) * kv_heads, -1, query.size(3)});
}

struct CausalAttentionFunction : torch::autograd::Function<CausalAttentionFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& query_given, const Tensor& key_given,
                        const Tensor& value_given) {
    const int64_t kv_heads = key_given.size(1);
    const auto query = by_key_head(query_given, kv_heads);
    const auto key = by_key_head(key_given, kv_heads);
    const auto value = by_key_head(value_given, kv_heads);
    const auto p = torch::bmm(query, key.transpose(1, 2));
    const double scale = 1 / std::sqrt(static_cast<double>(query.size(2)));
    for_kernel_type(p, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const int64_t time = p.size(2);
      at::parallel_for(0, p.numel() / time, kRowGrain, [&](int64_t begin, int64_t end) {
        causal_softmax_rows(kernel_data<T>(p), time, scale, begin, end);
      });
    });
    ctx->save_for_backward({query, key, value, p});
    return torch::bmm(p, value).view(query_given.sizes());
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &query = saved[0], &key = saved[1], &value = saved[2], &p = saved[3];
    const auto shape = gradients[0].sizes();
    const auto grad_out = gradients[0].reshape(query.sizes());
    const auto grad = torch::bmm(grad_out, value.transpose(1, 2));
    const double scale = 1 / std::sqrt(static_cast<double>(query.size(2)));
    for_kernel_type(p, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const int64_t time = p.size(2);
      at::parallel_for(0, p.numel() / time, kRowGrain, [&](int64_t begin, int64_t end) {
        causal_softmax_gradient_rows(kernel_data<T>(p), kernel_data<T>(grad), time, scale, begin,
                                     end);
      });
    });
    const std::vector<int64_t> key_shape = {shape[0], -1, shape[2], shape[3]};
    return {torch::bmm(grad, key).view(shape),
            torch::bmm(grad.transpose(1, 2), query).view(key_shape),
            torch::bmm(p.transpose(1, 2), grad_out).view(key_shape)};
  }
};

}  // namespace

Tensor causal_attention(const Tensor& query, const Tensor& key, const Tensor& value) {
  const bool by_products = query.is_cpu() && query.scalar_type() != torch::kFloat;
  if (by_products && query.size(2) <= kLongestByProducts) {
    return CausalAttentionFunction::apply(query, key, value);
  }
  return torch::scaled_dot_product_attention(query, key, value, /*attn_mask=*/std::nullopt,
                                             /*dropout_p=*/0.0, /*is_causal=*/true,
                                             /*scale=*/std::nullopt,
                                             /*enable_gqa=*/query.size(1) != key.size(1));
}

}  // namespace mola
