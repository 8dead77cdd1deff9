#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// Philox 4x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), with as
/// many rounds as pass all its tests: of a counter of four words it makes four random words.
constexpr int kPhiloxRounds = 7;
constexpr uint32_t kPhiloxFactors[2] = {0xD2511F53U, 0xCD9E8D57U};
constexpr uint32_t kPhiloxKeySteps[2] = {0x9E3779B9U, 0xBB67AE85U};

/// Makes random words of the counter x0..x3.
inline void philox(uint32_t& x0, uint32_t& x1, uint32_t& x2, uint32_t& x3, uint32_t k0,
                   uint32_t k1) {
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
}

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

/// y [N, width] = dropout(x), or y += dropout(x).
template <class T>
struct DropoutArguments {
  static constexpr const char* kSource = "dropout";
  static constexpr const char* kName = "dropout";
  DropoutMask mask;
  const T* x;
  T* y;
  int64_t rows;
  int64_t width;
  bool adds;
  /// Each thread has one counter of a row, for eight elements.
  int64_t counters() const { return ceil_divide(width, kDropoutBlock) * kDropoutCounters; }
  int64_t blocks() const { return ceil_divide(rows * counters(), kThreads); }
};

/// Rows begin..end on a CPU.
#define MOLA_DROPOUT_KERNELS(T) \
  void dropout_rows(const DropoutArguments<T>& arguments, int64_t begin, int64_t end);
MOLA_DROPOUT_KERNELS(float)
MOLA_DROPOUT_KERNELS(BFloat16)
MOLA_DROPOUT_KERNELS(double)
#undef MOLA_DROPOUT_KERNELS

}  // namespace mola
