#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// The token that each row of logits should predict.
struct TargetRows {
  const int64_t* tokens;
  const int64_t* weights;  ///< null: 1 each
};

/// Cross-entropy of rows begin..end of `logits` [N, V]: losses[i] = weight * (log sum exp(row) -
/// row[token]). The row is overwritten with the gradient of `scale` times its loss: scale * weight
/// * (softmax(row) - one_hot(token)).
#define MOLA_CROSS_ENTROPY_KERNELS(T)                                                         \
  void cross_entropy_rows(T* logits, const TargetRows& targets, Acc<T>* losses, Acc<T> scale, \
                          int64_t vocab_size, int64_t begin, int64_t end);
MOLA_CROSS_ENTROPY_KERNELS(float)
MOLA_CROSS_ENTROPY_KERNELS(BFloat16)
MOLA_CROSS_ENTROPY_KERNELS(double)
#undef MOLA_CROSS_ENTROPY_KERNELS

}  // namespace mola
