#pragma once

#include <torch/types.h>

#include <cstdint>

namespace mola {

/// `length` rounded up to a multiple of 16, and above 128 to one of an eighth of the power of two
/// below it: so few lengths that a run soon has met them all. oneDNN compiles a product for each
/// length that is new to it.
inline int64_t rounded_length(int64_t length) {
  int64_t step = 16;
  while (16 * step <= length) step *= 2;
  return (length + step - 1) / step * step;
}

/// `values` [N, ...] with zeros behind: [rows, ...].
inline torch::Tensor with_rows(const torch::Tensor& values, int64_t rows) {
  const int64_t more = rows - values.size(0);
  return more == 0 ? values : torch::constant_pad_nd(values, {0, 0, 0, more});
}

}  // namespace mola
