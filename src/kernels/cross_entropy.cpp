#include "kernels/cross_entropy.h"

namespace mola {
namespace {

template <class T>
inline void rows(T* logits, const TargetRows& targets, Acc<T>* losses, Acc<T> scale,
                 int64_t vocab_size, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    T* row = logits + i * vocab_size;
    Acc<T> most = load(row[0]);
#pragma omp simd reduction(max : most)
    for (int64_t v = 0; v < vocab_size; ++v) most = load(row[v]) > most ? load(row[v]) : most;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t v = 0; v < vocab_size; ++v) sum += exponential(load(row[v]) - most);
    const int64_t token = targets.tokens[i];
    const auto weight = static_cast<Acc<T>>(targets.weights == nullptr ? 1 : targets.weights[i]);
    const Acc<T> target = load(row[token]);
    losses[i] = weight * (std::log(sum) + most - target);
    const Acc<T> factor = weight * scale / sum;
#pragma omp simd
    for (int64_t v = 0; v < vocab_size; ++v) {
      store(row[v], factor * exponential(load(row[v]) - most));
    }
    store(row[token], factor * exponential(target - most) - weight * scale);
  }
}

}  // namespace

#define MOLA_CROSS_ENTROPY_KERNELS(T)                                                       \
  MOLA_KERNEL void cross_entropy_rows(T* logits, const TargetRows& targets, Acc<T>* losses, \
                                      Acc<T> scale, int64_t vocab_size, int64_t begin,      \
                                      int64_t end) {                                        \
    rows(logits, targets, losses, scale, vocab_size, begin, end);                           \
  }
MOLA_CROSS_ENTROPY_KERNELS(float)
MOLA_CROSS_ENTROPY_KERNELS(BFloat16)
MOLA_CROSS_ENTROPY_KERNELS(double)

}  // namespace mola
