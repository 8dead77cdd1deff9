#include "kernels/cuda/device.h"
#include "kernels/dropout.h"

namespace mola {

// A thread for each counter: neighbours have neighbouring elements.
template <class T>
__device__ void dropout(const DropoutArguments<T>& a) {
  const int64_t row = thread_index() / a.counters();
  const int64_t counter = thread_index() % a.counters();
  if (row >= a.rows) return;
  uint32_t words[4] = {static_cast<uint32_t>(counter), static_cast<uint32_t>(row),
                       a.mask.counter[0], a.mask.counter[1]};
  philox(words[0], words[1], words[2], words[3], a.mask.key[0], a.mask.key[1]);
  const int64_t first = counter / kDropoutCounters * kDropoutBlock + counter % kDropoutCounters;
  const T* x = a.x + row * a.width;
  T* y = a.y + row * a.width;
  const auto scale = static_cast<Acc<T>>(a.mask.scale);
  for (int part = 0; part < 8; ++part) {
    const int64_t column = first + part * kDropoutCounters;
    if (column >= a.width) return;
    const uint32_t word = words[part % 4];
    const uint32_t draw = part < 4 ? word & 0xFFFFU : word >> 16U;
    const Acc<T> kept = load(x[column]) * (draw < a.mask.threshold ? Acc<T>(0) : scale);
    store(y[column], a.adds ? load(y[column]) + kept : kept);
  }
}

MOLA_CUDA_KERNEL(dropout, DropoutArguments)

}  // namespace mola
