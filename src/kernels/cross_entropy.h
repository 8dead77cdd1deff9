#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Cross-entropy of rows begin..end of `logits` [N, V]: losses[i] = log sum exp(row) - row[target].
/// The row is overwritten with the gradient of `scale` times its loss: scale * (softmax(row) -
/// one_hot(target)).
void cross_entropy_rows(float* logits, const int64_t* targets, float* losses, float scale,
                        int64_t vocab_size, int64_t begin, int64_t end);
void cross_entropy_rows(BFloat16* logits, const int64_t* targets, float* losses, float scale,
                        int64_t vocab_size, int64_t begin, int64_t end);
void cross_entropy_rows(double* logits, const int64_t* targets, double* losses, double scale,
                        int64_t vocab_size, int64_t begin, int64_t end);

}  // namespace mola
