#pragma once

#include "kernels/numbers.h"

namespace mola {

// A kernel has one parameter, a structure, whether it runs on rows begin..end on a CPU or in
// blocks of kThreads threads on a GPU (kernels/cuda). The structure says how many blocks.

constexpr int kThreads = 256;

/// Neighbouring elements that one thread of a GPU reads at once: 16 bytes.
template <class T>
constexpr int64_t kPack = 16 / sizeof(T);

inline int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace mola
