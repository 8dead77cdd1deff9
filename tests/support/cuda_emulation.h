#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

// What kernels/cuda/*.cu need of CUDA, for a compiler of C++: the threads of a block take turns on
// one thread of the host, each until it meets the others.

#define __global__
#define __device__
#define __shared__ static thread_local

namespace mola::cuda {

struct Index {
  unsigned x = 0;
};
extern thread_local Index blockIdx;
extern thread_local Index threadIdx;
extern thread_local Index blockDim;

/// Runs `kernel` in each thread of each block. Throws `std::logic_error` if the threads of a block
/// do not all meet at the same places.
void run_blocks(int64_t blocks, int threads, const std::function<void()>& kernel);

/// Waits for all threads of the block, which must come to the same `place`.
void meet(const char* place);

/// Where thread `thread` of the block leaves a value for others of its warp.
void* exchange(unsigned thread);

inline void __syncthreads() { meet("__syncthreads"); }

template <class T>
T __shfl_xor_sync(unsigned, T value, int distance) {
  static_assert(sizeof(T) <= 8);
  *static_cast<T*>(exchange(threadIdx.x)) = value;
  meet("__shfl_xor_sync");
  const T other = *static_cast<T*>(exchange(threadIdx.x ^ static_cast<unsigned>(distance)));
  meet("__shfl_xor_sync, read");
  return other;
}

/// Makes the kernel `name` known, which is called with a pointer to its arguments.
bool add_kernel(const char* name, std::function<void(const void*)> kernel);

/// Throws `std::out_of_range` for a name that is not known.
const std::function<void(const void*)>& find_kernel(const std::string& name);

}  // namespace mola::cuda
