#include "kernels/dropout.h"

#include "kernels/simd.h"

namespace mola {
namespace {

struct Words {
  uint32_t word[4][kDropoutCounters];
};

// The words of the counters from `column` on.
inline void draw(const DropoutMask& mask, uint32_t column, uint32_t row, Words& words) {
#pragma omp simd
  for (int64_t i = 0; i < kDropoutCounters; ++i) {
    uint32_t x0 = column + static_cast<uint32_t>(i);
    uint32_t x1 = row;
    uint32_t x2 = mask.counter[0];
    uint32_t x3 = mask.counter[1];
    philox(x0, x1, x2, x3, mask.key[0], mask.key[1]);
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
      draw(mask, static_cast<uint32_t>(column), static_cast<uint32_t>(n), words);
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

template <bool adds, class T>
inline void apply(const DropoutArguments<T>& a, int64_t begin, int64_t end) {
  for_each_block<Acc<T>>(a.mask, a.width, begin, end,
                         [&](int64_t at, int64_t count, const Acc<T>* factors) {
#pragma omp simd
                           for (int64_t i = 0; i < count; ++i) {
                             const auto kept = load(a.x[at + i]) * factors[i];
                             store(a.y[at + i], adds ? load(a.y[at + i]) + kept : kept);
                           }
                         });
}

template <class T>
inline void dropout(const DropoutArguments<T>& arguments, int64_t begin, int64_t end) {
  if (arguments.adds) {
    apply<true>(arguments, begin, end);
  } else {
    apply<false>(arguments, begin, end);
  }
}

}  // namespace

#define MOLA_DROPOUT_KERNELS(T)                                                      \
  MOLA_KERNEL void dropout_rows(const DropoutArguments<T>& arguments, int64_t begin, \
                                int64_t end) {                                       \
    dropout(arguments, begin, end);                                                  \
  }
MOLA_DROPOUT_KERNELS(float)
MOLA_DROPOUT_KERNELS(BFloat16)
MOLA_DROPOUT_KERNELS(double)

}  // namespace mola
