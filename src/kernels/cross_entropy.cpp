#include "kernels/cross_entropy.h"

#include <vector>

#include "kernels/simd.h"

namespace mola {
namespace {

template <class T>
inline void cross_entropy(const CrossEntropyArguments<T>& a, int64_t begin, int64_t end) {
  const int64_t vocab_size = a.vocab_size;
  std::vector<Acc<T>> powers(vocab_size);
  Acc<T>* power = powers.data();
  for (int64_t i = begin; i < end; ++i) {
    T* row = a.logits + i * vocab_size;
    Acc<T> most = load(row[0]);
#pragma omp simd reduction(max : most)
    for (int64_t v = 0; v < vocab_size; ++v) most = load(row[v]) > most ? load(row[v]) : most;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t v = 0; v < vocab_size; ++v) {
      power[v] = exponential(load(row[v]) - most);
      sum += power[v];
    }
    const int64_t token = a.tokens[i];
    const auto weight = static_cast<Acc<T>>(a.weights == nullptr ? 1 : a.weights[i]);
    const Acc<T> target = load(row[token]);
    a.losses[i] = weight * (std::log(sum) + most - target);
    const Acc<T> factor = weight * a.scale / sum;
#pragma omp simd
    for (int64_t v = 0; v < vocab_size; ++v) store(row[v], factor * power[v]);
    store(row[token], factor * power[token] - weight * a.scale);
  }
}

}  // namespace

#define MOLA_CROSS_ENTROPY_KERNELS(T)                                                           \
  MOLA_KERNEL void cross_entropy_rows(const CrossEntropyArguments<T>& arguments, int64_t begin, \
                                      int64_t end) {                                            \
    cross_entropy(arguments, begin, end);                                                       \
  }
MOLA_CROSS_ENTROPY_KERNELS(float)
MOLA_CROSS_ENTROPY_KERNELS(BFloat16)
MOLA_CROSS_ENTROPY_KERNELS(double)

}  // namespace mola
