#include "kernels/cuda/device.h"
#include "kernels/router.h"

namespace mola {

// A warp has some of the block's tokens; its threads share the columns.
template <class T>
__device__ void router_logits(const RouterLogitsArguments<T>& a) {
  constexpr int64_t kTokens = kRouterTokens / kWarps;
  __shared__ Acc<T> R[kRouterExperts][kThreads];
  const int64_t lane = threadIdx.x % kWarp;
  const int64_t first = blockIdx.x * kRouterTokens + threadIdx.x / kWarp * kTokens;
  for (int64_t expert = 0; expert < a.num_experts; expert += kRouterExperts) {
    Acc<T> sums[kTokens][kRouterExperts] = {};
    for (int64_t from = 0; from < a.width; from += kThreads) {
      const int64_t column = from + threadIdx.x;
      for (int64_t e = 0; e < kRouterExperts; ++e) {
        const bool is_there = expert + e < a.num_experts && column < a.width;
        R[e][threadIdx.x] = is_there ? a.R[(expert + e) * a.width + column] : Acc<T>(0);
      }
      __syncthreads();
      for (int64_t i = lane; i < kThreads && from + i < a.width; i += kWarp) {
        for (int64_t t = 0; t < kTokens; ++t) {
          if (first + t >= a.rows) continue;
          const Acc<T> x = load(a.x[(first + t) * a.width + from + i]);
          for (int64_t e = 0; e < kRouterExperts; ++e) sums[t][e] += x * R[e][i];
        }
      }
      __syncthreads();
    }
    for (int64_t t = 0; t < kTokens; ++t) {
      for (int64_t e = 0; e < kRouterExperts; ++e) {
        const Acc<T> sum = sum_of_warp(sums[t][e]);
        if (lane == e && first + t < a.rows && expert + e < a.num_experts) {
          a.logits[(first + t) * a.num_experts + expert + e] = sum;
        }
      }
    }
  }
}

// A thread has a column of the block's tokens.
template <class T>
__device__ void router_input_gradient(const RouterInputGradientArguments<T>& a) {
  const int64_t first = blockIdx.x / a.column_blocks() * kRouterTokens;
  const int64_t column = blockIdx.x % a.column_blocks() * kThreads + threadIdx.x;
  if (column >= a.width) return;
  const int64_t tokens = a.rows - first < kRouterTokens ? a.rows - first : kRouterTokens;
  Acc<T> sums[kRouterTokens] = {};
  for (int64_t e = 0; e < a.num_experts; ++e) {
    const Acc<T> r = a.R[e * a.width + column];
    const Acc<T>* grad = a.grad_logits + first * a.num_experts + e;
    for (int64_t t = 0; t < kRouterTokens; ++t) {
      if (t < tokens) sums[t] += grad[t * a.num_experts] * r;
    }
  }
  for (int64_t t = 0; t < kRouterTokens; ++t) {
    if (t >= tokens) continue;
    T& place = a.grad_x[(first + t) * a.width + column];
    store(place, load(place) + sums[t]);
  }
}

// The warps of a block share the tokens, the threads of a warp the block's columns.
template <class T>
__device__ void router_weight_gradient(const RouterWeightGradientArguments<T>& a) {
  constexpr int64_t kColumns = kRouterColumns / kWarp;
  __shared__ Acc<T> partial[kWarps][kRouterExperts][kRouterColumns];
  const int64_t expert = blockIdx.x / a.column_blocks() * kRouterExperts;
  const int64_t first = blockIdx.x % a.column_blocks() * kRouterColumns;
  const int64_t warp = threadIdx.x / kWarp;
  const int64_t lane = threadIdx.x % kWarp;
  Acc<T> sums[kRouterExperts][kColumns] = {};
  for (int64_t n = warp; n < a.rows; n += kWarps) {
    for (int64_t c = 0; c < kColumns; ++c) {
      const int64_t column = first + c * kWarp + lane;
      if (column >= a.width) continue;
      const Acc<T> x = load(a.x[n * a.width + column]);
      for (int64_t e = 0; e < kRouterExperts; ++e) {
        if (expert + e < a.num_experts) {
          sums[e][c] += a.grad_logits[n * a.num_experts + expert + e] * x;
        }
      }
    }
  }
  for (int64_t e = 0; e < kRouterExperts; ++e) {
    for (int64_t c = 0; c < kColumns; ++c) partial[warp][e][c * kWarp + lane] = sums[e][c];
  }
  __syncthreads();
  for (int64_t i = threadIdx.x; i < kRouterExperts * kRouterColumns; i += kThreads) {
    const int64_t e = i / kRouterColumns;
    const int64_t column = i % kRouterColumns;
    if (expert + e >= a.num_experts || first + column >= a.width) continue;
    Acc<T> sum = 0;
    for (int64_t w = 0; w < kWarps; ++w) sum += partial[w][e][column];
    a.grad_R[(expert + e) * a.width + first + column] = sum;
  }
}

MOLA_CUDA_KERNEL(router_logits, RouterLogitsArguments)
MOLA_CUDA_KERNEL(router_input_gradient, RouterInputGradientArguments)
MOLA_CUDA_KERNEL(router_weight_gradient, RouterWeightGradientArguments)

}  // namespace mola
