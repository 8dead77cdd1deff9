#pragma once

#include "kernels/numbers.h"

// Kernels are plain loops over rows, compiled for three instruction sets; the loader selects the
// best one that the processor supports (GCC only: clang 14 has no "arch=" clones, and the address
// sanitizer starts after the loader's check). Kernels do not depend on torch: they take pointers
// and a range of rows.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MOLA_KERNEL \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#else
#define MOLA_KERNEL
#endif
