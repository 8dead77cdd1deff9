#pragma once

#include "mola/ops/attention_inputs.h"

namespace mola {

/// How the wide output of q, k and v is cut.
struct HeadCounts {
  int64_t query;
  int64_t key_value;
  int64_t dim;  ///< D

  int64_t key_column() const { return query * dim; }
  int64_t value_column() const { return (query + key_value) * dim; }
  int64_t width() const { return (query + 2 * key_value) * dim; }
};

/// Attention between the projections: wide [N, (query + 2 key_value) D], queries, keys and values
/// side by side, -> [N, query D]. Queries and keys are turned by their positions' angles. Nothing
/// is computed across sequences, and there is no padding to compute.
torch::Tensor causal_attention(const torch::Tensor& wide, const AttentionInputs& inputs,
                               const HeadCounts& heads);

}  // namespace mola
