#include "kernels/cross_entropy.h"

#include <vector>

namespace mola {
namespace {

template <class T>
inline void rows(T* logits, const TargetRows& targets, Acc<T>* losses, Acc<T> scale,
                 int64_t vocab_size, int64_t begin, int64_t end) {
  std::vector<Acc<T>> powers(vocab_size);
  Acc<T>* power = powers.data();
  for (int64_t i = begin; i < end; ++i) {
    T* row = logits + i * vocab_size;
    Acc<T> most = load(row[0]);
#pragma omp simd reduction(max : most)
    for (int64_t v = 0; v < vocab_size; ++v) most = load(row[v]) > most ? load(row[v]) : most;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t v = 0; v < vocab_size; ++v) {
      power[v] = exponential(load(row[v]) - most);
      sum += power[v];
    }
    const int64_t token = targets.tokens[i];
    const auto weight = static_cast<Acc<T>>(targets.weights == nullptr ? 1 : targets.weights[i]);
    const Acc<T> target = load(row[token]);
    losses[i] = weight * (std::log(sum) + most - target);
    const Acc<T> factor = weight * scale / sum;
#pragma omp simd
    for (int64_t v = 0; v < vocab_size; ++v) store(row[v], factor * power[v]);
    store(row[token], factor * power[token] - weight * scale);
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
