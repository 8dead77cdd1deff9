#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Philox 4x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), with as
/// many rounds as pass all its tests: of a counter of four words it makes four random words.
constexpr int kPhiloxRounds = 7;
constexpr uint32_t kPhiloxFactors[2] = {0xD2511F53U, 0xCD9E8D57U};
constexpr uint32_t kPhiloxKeySteps[2] = {0x9E3779B9U, 0xBB67AE85U};

/// Columns in blocks of 512 draw from 64 counters: element e of a block has half e / 256 of word
/// e / 64 mod 4 of counter e mod 64.
constexpr int64_t kDropoutCounters = 64;
constexpr int64_t kDropoutBlock = 8 * kDropoutCounters;

/// Which elements of a matrix dropout keeps: a function of the key and of the element's row and
/// column alone. Nothing is stored.
struct DropoutMask {
  uint32_t key[2];
  uint32_t counter[2];  ///< the upper half of each counter; the lower has the column and the row
  uint32_t threshold;   ///< an element is dropped if its 16 random bits are below
  double scale;         ///< of those that are kept
};

/// Rows begin..end of x [N, I] -> y: 0 or scale * x. Adding adds that to y instead.
#define MOLA_DROPOUT_KERNELS(T)                                                                  \
  void dropout_rows(const DropoutMask& mask, const T* x, T* y, int64_t width, int64_t begin,     \
                    int64_t end);                                                                \
  void add_dropout_rows(const DropoutMask& mask, const T* x, T* y, int64_t width, int64_t begin, \
                        int64_t end);
MOLA_DROPOUT_KERNELS(float)
MOLA_DROPOUT_KERNELS(BFloat16)
MOLA_DROPOUT_KERNELS(double)
#undef MOLA_DROPOUT_KERNELS

}  // namespace mola
