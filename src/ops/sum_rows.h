#pragma once

#include <torch/types.h>

#include "ops/kernel_dispatch.h"

namespace mola {

/// [count, H] in the `accumulate_dtype` of rows [N, H]: row i is the sum of those whose `index` [N]
/// is i.
inline torch::Tensor sum_rows(const torch::Tensor& rows, const torch::Tensor& index,
                              int64_t count) {
  const auto dtype = accumulate_dtype(rows.scalar_type());
  return torch::zeros({count, rows.size(1)}, rows.options().dtype(dtype))
      .index_add_(0, index, rows.to(dtype));
}

}  // namespace mola
