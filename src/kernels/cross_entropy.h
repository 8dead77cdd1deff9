#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// The cross-entropy of each row of logits [N, vocab_size] with its token, times its weight, in
/// `losses`. The logits become the gradient of `scale` times their sum.
template <class T>
struct CrossEntropyArguments {
  static constexpr const char* kSource = "cross_entropy";
  static constexpr const char* kName = "cross_entropy";
  T* logits;
  const int64_t* tokens;
  const int64_t* weights;  // null: 1 each
  Acc<T>* losses;
  Acc<T> scale;
  int64_t rows;
  int64_t vocab_size;
  int64_t blocks() const { return rows; }
};

/// Rows begin..end on a CPU.
#define MOLA_CROSS_ENTROPY_KERNELS(T) \
  void cross_entropy_rows(const CrossEntropyArguments<T>& arguments, int64_t begin, int64_t end);
MOLA_CROSS_ENTROPY_KERNELS(float)
MOLA_CROSS_ENTROPY_KERNELS(BFloat16)
MOLA_CROSS_ENTROPY_KERNELS(double)
#undef MOLA_CROSS_ENTROPY_KERNELS

}  // namespace mola
