#include "kernels/dropout.h"

namespace mola {
namespace {

struct Words {
  uint32_t word[4][kDropoutCounters];
};

// The words of the counters (column + i, row, ...).
inline void philox(const DropoutMask& mask, uint32_t column, uint32_t row, Words& words) {
#pragma omp simd
  for (int64_t i = 0; i < kDropoutCounters; ++i) {
    uint32_t x0 = column + static_cast<uint32_t>(i);
    uint32_t x1 = row;
    uint32_t x2 = mask.counter[0];
    uint32_t x3 = mask.counter[1];
    uint32_t k0 = mask.key[0];
    uint32_t k1 = mask.key[1];
    for (int round = 0; round < kPhiloxRounds; ++round) {
      const uint64_t p0 = static_cast<uint64_t>(x0) * kPhiloxFactors[0];
      const uint64_t p1 = static_cast<uint64_t>(x2) * kPhiloxFactors[1];
      x0 = static_cast<uint32_t>(p1 >> 32U) ^ x1 ^ k0;
      x1 = static_cast<uint32_t>(p1);
      x2 = static_cast<uint32_t>(p0 >> 32U) ^ x3 ^ k1;
      x3 = static_cast<uint32_t>(p0);
      k0 += kPhiloxKeySteps[0];
      k1 += kPhiloxKeySteps[1];
    }
    words.word[0][i] = x0;
    words.word[1][i] = x1;
    words.word[2][i] = x2;
    words.word[3][i] = x3;
  }
}

// Calls `act` for each block of each row with its first element, its size and the factors of its
// elements: 0, or the scale.
template <class A, class Act>
inline void for_each_block(const DropoutMask& mask, int64_t width, int64_t begin, int64_t end,
                           const Act& act) {
  constexpr int64_t kHalf = kDropoutBlock / 2;
  const auto scale = static_cast<A>(mask.scale);
  Words words;
  A factors[kDropoutBlock];
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t from = 0; from < width; from += kDropoutBlock) {
      const int64_t column = from / kDropoutBlock * kDropoutCounters;
      philox(mask, static_cast<uint32_t>(column), static_cast<uint32_t>(n), words);
      const uint32_t* word = words.word[0];
#pragma omp simd
      for (int64_t i = 0; i < kHalf; ++i) {
        factors[i] = (word[i] & 0xFFFFU) < mask.threshold ? A(0) : scale;
        factors[i + kHalf] = (word[i] >> 16U) < mask.threshold ? A(0) : scale;
      }
      act(n * width + from, width - from < kDropoutBlock ? width - from : kDropoutBlock, factors);
    }
  }
}

// Writes the elements to y, or adds them to y.
template <bool adds, class T>
inline void dropout(const DropoutMask& mask, const T* x, T* y, int64_t width, int64_t begin,
                    int64_t end) {
  for_each_block<Acc<T>>(mask, width, begin, end,
                         [&](int64_t at, int64_t count, const Acc<T>* factors) {
#pragma omp simd
                           for (int64_t i = 0; i < count; ++i) {
                             const auto kept = load(x[at + i]) * factors[i];
                             store(y[at + i], adds ? load(y[at + i]) + kept : kept);
                           }
                         });
}

}  // namespace

#define MOLA_DROPOUT_KERNELS(T)                                                               \
  MOLA_KERNEL void dropout_rows(const DropoutMask& mask, const T* x, T* y, int64_t width,     \
                                int64_t begin, int64_t end) {                                 \
    dropout<false>(mask, x, y, width, begin, end);                                            \
  }                                                                                           \
  MOLA_KERNEL void add_dropout_rows(const DropoutMask& mask, const T* x, T* y, int64_t width, \
                                    int64_t begin, int64_t end) {                             \
    dropout<true>(mask, x, y, width, begin, end);                                             \
  }
MOLA_DROPOUT_KERNELS(float)
MOLA_DROPOUT_KERNELS(BFloat16)
MOLA_DROPOUT_KERNELS(double)

}  // namespace mola
