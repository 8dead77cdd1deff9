#include "ops/fused_attention.h"

#include <cmath>
#include <tuple>

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kHeadMultiple = 8;          // of the numbers of a head, for both kernels
constexpr int64_t kCausalFromLowerRight = 2;  // of the memory-efficient kernel's masks

double scale_of(const Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }

Tensor padded(const Tensor& heads) {
  const int64_t more = -heads.size(-1) % kHeadMultiple + kHeadMultiple;
  return more == kHeadMultiple ? heads : torch::constant_pad_nd(heads, {0, more});
}

AttentionOperands padded(const AttentionOperands& operands) {
  return {padded(operands.query), padded(operands.key), padded(operands.value)};
}

// One key head for each query head, [1, keys, query, D].
Tensor expanded(const Tensor& heads, int64_t query_heads) {
  const int64_t copies = query_heads / heads.size(1);
  if (copies == 1) return heads.unsqueeze(0);
  return heads.unsqueeze(2).expand({-1, -1, copies, -1}).flatten(1, 2).unsqueeze(0);
}

// The sum over the query heads of each key head.
Tensor collected(const Tensor& grad, int64_t key_heads) {
  const auto heads = grad.squeeze(0);
  if (heads.size(1) == key_heads) return heads;
  return heads.unflatten(1, {key_heads, -1}).sum(2);
}

FusedResult flash_forward(const AttentionOperands& given, const SegmentTensors& segments) {
  const auto operands = padded(given);
  const auto [mixed, log_sum_exp, seed, offset, unused] = at::_flash_attention_forward(
      operands.query, operands.key, operands.value, segments.query_ends, segments.key_ends,
      segments.most_queries, segments.most_keys, /*dropout_p=*/0.0, /*is_causal=*/true,
      /*return_debug_mask=*/false, scale_of(given.query));
  return {mixed.narrow(-1, 0, given.query.size(-1)), log_sum_exp, seed, offset};
}

AttentionOperands flash_backward(const Tensor& grad, const AttentionOperands& given,
                                 const FusedResult& result, const SegmentTensors& segments) {
  const auto operands = padded(given);
  const auto [dq, dk, dv] = at::_flash_attention_backward(
      padded(grad), operands.query, operands.key, operands.value, padded(result.mixed),
      result.log_sum_exp, segments.query_ends, segments.key_ends, segments.most_queries,
      segments.most_keys, /*dropout_p=*/0.0, /*is_causal=*/true, result.seed, result.offset,
      scale_of(given.query));
  const int64_t dim = given.query.size(-1);
  return {dq.narrow(-1, 0, dim), dk.narrow(-1, 0, dim), dv.narrow(-1, 0, dim)};
}

FusedResult efficient_forward(const AttentionOperands& given, const SegmentTensors& segments) {
  const auto operands = padded(given);
  const int64_t heads = operands.query.size(1);
  const auto result = at::_efficient_attention_forward(
      operands.query.unsqueeze(0), expanded(operands.key, heads), expanded(operands.value, heads),
      /*bias=*/std::nullopt, segments.query_ends, segments.key_ends, segments.most_queries,
      segments.most_keys, /*dropout_p=*/0.0, kCausalFromLowerRight,
      /*compute_log_sumexp=*/true, scale_of(given.query));
  return {std::get<0>(result).squeeze(0).narrow(-1, 0, given.query.size(-1)), std::get<1>(result),
          std::get<2>(result), std::get<3>(result)};
}

AttentionOperands efficient_backward(const Tensor& grad, const AttentionOperands& given,
                                     const FusedResult& result, const SegmentTensors& segments) {
  const auto operands = padded(given);
  const int64_t heads = operands.query.size(1);
  const int64_t key_heads = operands.key.size(1);
  const auto gradients = at::_efficient_attention_backward(
      padded(grad).unsqueeze(0), operands.query.unsqueeze(0), expanded(operands.key, heads),
      expanded(operands.value, heads), /*bias=*/std::nullopt, padded(result.mixed).unsqueeze(0),
      segments.query_ends, segments.key_ends, segments.most_queries, segments.most_keys,
      result.log_sum_exp, /*dropout_p=*/0.0, result.seed, result.offset, kCausalFromLowerRight,
      /*bias_requires_grad=*/false, scale_of(given.query));
  const auto narrowed = [&](const Tensor& rows) {
    return rows.narrow(-1, 0, given.query.size(-1));
  };
  return {narrowed(std::get<0>(gradients).squeeze(0)),
          narrowed(collected(std::get<1>(gradients), key_heads)),
          narrowed(collected(std::get<2>(gradients), key_heads))};
}

}  // namespace

FusedResult fused_forward(const AttentionOperands& operands, const SegmentTensors& segments,
                          FusedAttention method) {
  return method == FusedAttention::kFlash ? flash_forward(operands, segments)
                                          : efficient_forward(operands, segments);
}

AttentionOperands fused_backward(const Tensor& grad, const AttentionOperands& operands,
                                 const FusedResult& result, const SegmentTensors& segments,
                                 FusedAttention method) {
  return method == FusedAttention::kFlash ? flash_backward(grad, operands, result, segments)
                                          : efficient_backward(grad, operands, result, segments);
}

}  // namespace mola
