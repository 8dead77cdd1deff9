#pragma once

#include <torch/types.h>

#include <optional>

#include "mola/ops/dropout_key.h"

namespace mola {

/// Dropout with the probability p: each element is 0, or times 1 / (1 - p). p is rounded to a
/// multiple of 1/65536. Whether an element is kept depends on the key, its row and its column.
struct Dropout {
  DropoutKey key;
  double p = 0;

  /// x [N, I] -> the same shape.
  torch::Tensor apply(const torch::Tensor& x) const;

  /// Adds the gradient: `y` += `apply(x)`.
  void add_to(const torch::Tensor& y, const torch::Tensor& x) const;
};

/// The factors of `apply`, [rows, columns] of the dtype and device of `options`, with torch's
/// operators.
torch::Tensor dropout_factors(const Dropout& dropout, int64_t rows, int64_t columns,
                              const torch::TensorOptions& options);

}  // namespace mola
