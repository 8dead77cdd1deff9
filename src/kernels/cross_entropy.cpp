#include "kernels/cross_entropy.h"

namespace mola {
namespace {

template <class T>
inline void rows(T* logits, const int64_t* targets, Acc<T>* losses, Acc<T> scale,
                 int64_t vocab_size, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    T* row = logits + i * vocab_size;
    Acc<T> most = load(row[0]);
#pragma omp simd reduction(max : most)
    for (int64_t v = 0; v < vocab_size; ++v) most = load(row[v]) > most ? load(row[v]) : most;
    Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t v = 0; v < vocab_size; ++v) sum += exponential(load(row[v]) - most);
    const Acc<T> target = load(row[targets[i]]);
    losses[i] = std::log(sum) + most - target;
    const Acc<T> factor = scale / sum;
#pragma omp simd
    for (int64_t v = 0; v < vocab_size; ++v) {
      store(row[v], factor * exponential(load(row[v]) - most));
    }
    store(row[targets[i]], factor * exponential(target - most) - scale);
  }
}

}  // namespace

MOLA_KERNEL void cross_entropy_rows(float* logits, const int64_t* targets, float* losses,
                                    float scale, int64_t vocab_size, int64_t begin, int64_t end) {
  rows(logits, targets, losses, scale, vocab_size, begin, end);
}
MOLA_KERNEL void cross_entropy_rows(BFloat16* logits, const int64_t* targets, float* losses,
                                    float scale, int64_t vocab_size, int64_t begin, int64_t end) {
  rows(logits, targets, losses, scale, vocab_size, begin, end);
}
MOLA_KERNEL void cross_entropy_rows(double* logits, const int64_t* targets, double* losses,
                                    double scale, int64_t vocab_size, int64_t begin, int64_t end) {
  rows(logits, targets, losses, scale, vocab_size, begin, end);
}

}  // namespace mola
