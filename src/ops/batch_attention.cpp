#include "ops/batch_attention.h"

#include <cmath>

#include "kernels/causal_softmax.h"
#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

namespace {

constexpr int64_t kLongestByProducts = 512;

}  // namespace

// float64 always uses products: its speed does not matter, and the gradient tests cover them.
bool BatchAttention::by_products(torch::Dtype dtype, int64_t time) {
  return dtype == torch::kDouble || (dtype == torch::kBFloat16 && time <= kLongestByProducts);
}

double BatchAttention::scale() const { return 1 / std::sqrt(static_cast<double>(query.size(3))); }

// [B, heads, T, D] -> [B kv_heads, (heads / kv_heads) T, D]
Tensor BatchAttention::by_key(const Tensor& heads) const {
  return heads.view({query.size(0) * key.size(1), -1, query.size(3)});
}

BatchAttention::Kept BatchAttention::forward(const Tensor& mixed) const {
  if (!by_products()) {
    const auto [out, log_sums] = at::_scaled_dot_product_flash_attention_for_cpu(
        query, key, value, /*dropout_p=*/0.0, /*is_causal=*/true);
    mixed.copy_(out);
    return {log_sums, mixed};
  }
  const auto p = torch::bmm(by_key(query), by_key(key).transpose(1, 2));
  for_rows(p, p.numel() / p.size(2), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    causal_softmax_rows(kernel_data<T>(p), p.size(2), scale(), begin, end);
  });
  auto out = by_key(mixed);
  torch::bmm_out(out, p, by_key(value));
  return {p, {}};
}

void BatchAttention::backward(const Tensor& grad, const Kept& kept,
                              const BatchAttention& to) const {
  if (!by_products()) {
    const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        grad, query, key, value, kept.mixed, kept.softmax, /*dropout_p=*/0.0, /*is_causal=*/true);
    to.query.copy_(dq);
    to.key.copy_(dk);
    to.value.copy_(dv);
    return;
  }
  const auto& p = kept.softmax;
  const auto ds = torch::bmm(by_key(grad), by_key(value).transpose(1, 2));
  for_rows(ds, ds.numel() / ds.size(2), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    causal_softmax_gradient_rows(kernel_data<T>(p), kernel_data<T>(ds), ds.size(2), scale(), begin,
                                 end);
  });
  auto dq = by_key(to.query);
  auto dk = by_key(to.key);
  auto dv = by_key(to.value);
  torch::bmm_out(dq, ds, by_key(key));
  torch::bmm_out(dk, ds.transpose(1, 2), by_key(query));
  torch::bmm_out(dv, p.transpose(1, 2), by_key(grad));
}

}  // namespace mola
