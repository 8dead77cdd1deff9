#pragma once

#include "mola/ops/attention_inputs.h"

namespace mola {

/// The layout of the fused output of q, k and v, [N, width].
struct HeadCounts {
  int64_t query;
  int64_t key_value;
  int64_t dim;  ///< D

  int64_t key_column() const { return query * dim; }
  int64_t value_column() const { return (query + key_value) * dim; }
  int64_t width() const { return (query + 2 * key_value) * dim; }
};

/// Causal grouped-query attention: `wide` [N, (query + 2 key_value) D], the concatenated queries,
/// keys and values of each token -> [N, query D]. Rotates queries and keys by the angles of their
/// positions. A token attends to its segment and to those that precede it; rows behind the last
/// segment give zeros. Throws `c10::Error` for offsets or angles that do not match `wide`.
torch::Tensor causal_attention(const torch::Tensor& wide, const AttentionInputs& inputs,
                               const HeadCounts& heads);

/// Whether that is computed by batched products on a CPU, or else by torch's kernel, which keeps no
/// probabilities and multiplies in fp32. float64 always uses products: its speed does not matter,
/// and the gradient tests cover them.
bool attends_by_products(torch::Dtype dtype, const AttentionInputs& inputs);

}  // namespace mola
