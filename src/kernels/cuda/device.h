#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// The kernel `name` for numbers of the type T. (Tests define it as what they call.)
#ifndef MOLA_CUDA_ENTRY
#define MOLA_CUDA_ENTRY(function, Arguments, name, T) \
  extern "C" __global__ void name(const Arguments<T> arguments) { function(arguments); }
#endif

/// The kernels for each type of number.
#define MOLA_CUDA_KERNEL(function, Arguments)                     \
  MOLA_CUDA_ENTRY(function, Arguments, function##_bf16, BFloat16) \
  MOLA_CUDA_ENTRY(function, Arguments, function##_f32, float)     \
  MOLA_CUDA_ENTRY(function, Arguments, function##_f64, double)

inline __device__ int64_t thread_index() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

template <class T>
struct alignas(16) PackOf {
  T element[kPack<T>];
};

/// The pack of the thread where each has one of a matrix [rows, size].
struct PackPlace {
  int64_t row;
  int64_t from;  // its first column
};
template <class T>
inline __device__ PackPlace pack_place(int64_t size) {
  const int64_t packs = ceil_divide(size, kPack<T>);
  return {thread_index() / packs, thread_index() % packs * kPack<T>};
}

/// Whether a row consists of whole packs that begin where the card can read 16 bytes at once.
template <class T>
inline __device__ bool has_packs(const T* row, int64_t size) {
  return size % kPack<T> == 0 && reinterpret_cast<uint64_t>(row) % sizeof(PackOf<T>) == 0;
}

/// The elements from..from + kPack of a row of `size`; those behind its end are 0.
template <class T>
inline __device__ PackOf<T> load_pack(const T* row, int64_t from, int64_t size) {
  if (has_packs(row, size)) return *reinterpret_cast<const PackOf<T>*>(row + from);
  PackOf<T> pack;
  for (int64_t i = 0; i < kPack<T>; ++i) {
    if (from + i < size) {
      pack.element[i] = row[from + i];
    } else {
      store(pack.element[i], 0);
    }
  }
  return pack;
}

template <class T>
inline __device__ void store_pack(T* row, int64_t from, int64_t size, const PackOf<T>& pack) {
  if (has_packs(row, size)) {
    *reinterpret_cast<PackOf<T>*>(row + from) = pack;
    return;
  }
  for (int64_t i = 0; i < kPack<T> && from + i < size; ++i) row[from + i] = pack.element[i];
}

constexpr int kWarp = 32;
constexpr int kWarps = kThreads / kWarp;

/// The reduction of the values of all threads of the warp, for each of them.
template <class A, class Reduce>
inline __device__ A reduce_warp(A value, const Reduce& reduce) {
  for (int distance = kWarp / 2; distance > 0; distance /= 2) {
    value = reduce(value, __shfl_xor_sync(0xFFFFFFFFU, value, distance));
  }
  return value;
}

template <class A>
inline __device__ A sum_of_warp(A value) {
  return reduce_warp(value, [](A a, A b) { return a + b; });
}

/// The reduction of the values of all threads of the block, for each of them. `scratch` is shared
/// memory of kWarps values, and may be used again after a __syncthreads().
template <class A, class Reduce>
inline __device__ A reduce_block(A value, A* scratch, const Reduce& reduce) {
  value = reduce_warp(value, reduce);
  if (threadIdx.x % kWarp == 0) scratch[threadIdx.x / kWarp] = value;
  __syncthreads();
  A all = scratch[0];
  for (int warp = 1; warp < kWarps; ++warp) all = reduce(all, scratch[warp]);
  __syncthreads();
  return all;
}

template <class A>
inline __device__ A sum_of_block(A value, A* scratch) {
  return reduce_block(value, scratch, [](A a, A b) { return a + b; });
}

template <class A>
inline __device__ A most_of_block(A value, A* scratch) {
  return reduce_block(value, scratch, [](A a, A b) { return a > b ? a : b; });
}

}  // namespace mola
