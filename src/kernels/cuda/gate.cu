#include "kernels/cuda/device.h"
#include "kernels/gate.h"
#include "kernels/gate_rows.h"

namespace mola {

// Where the hidden values and the logits of a row, a token of a mixture, begin.
template <class Arguments>
__device__ int64_t hidden_at(const Arguments& a, int64_t row) {
  return row % a.tokens * a.stride + row / a.tokens * a.num_experts * a.rank;
}
template <class Arguments>
__device__ int64_t logits_at(const Arguments& a, int64_t row) {
  return row % a.tokens * a.logits_stride + row / a.tokens * a.num_experts;
}
template <class Arguments>
__device__ int64_t rows_of_block(const Arguments& a, int64_t first) {
  const int64_t left = a.tokens * a.mixtures - first;
  return left < kGateRows ? left : kGateRows;
}

// First a thread for each row chooses its experts, then all threads scale the hidden values.
template <class T>
__device__ void gate(const GateArguments<T>& a) {
  __shared__ Acc<T> factors[kGateRows][kMostGateExperts];  // 0 for experts that were not chosen
  const int64_t first = blockIdx.x * kGateRows;
  const int64_t rows = rows_of_block(a, first);
  if (threadIdx.x < rows) {
    const int64_t row = first + threadIdx.x;
    Acc<T>* p = a.probabilities + row * a.num_experts;
    Acc<T>* weights = a.weights + row * a.top_k;
    int64_t* indices = a.indices + row * a.top_k;
    softmax_row(a.logits + logits_at(a, row), a.num_experts, p);
    choose_row(p, a.num_experts, a.top_k, weights, indices);
    for (int64_t e = 0; e < a.num_experts; ++e) factors[threadIdx.x][e] = 0;
    for (int64_t k = 0; k < a.top_k; ++k) factors[threadIdx.x][indices[k]] = weights[k];
  }
  __syncthreads();
  const int64_t width = a.num_experts * a.rank;
  for (int64_t i = threadIdx.x; i < rows * width; i += kThreads) {
    const int64_t row = i / width;
    const int64_t column = i % width;
    const Acc<T> factor = factors[row][column / a.rank];
    const Acc<T> hidden = load(a.hidden[hidden_at(a, first + row) + column]);
    store(a.gated[first * width + i], factor == 0 ? 0 : hidden * factor * a.scaling);
  }
}

// First a thread for each row and chosen expert has dw, then one for each row the gradient of the
// logits, then all scale the gradient.
template <class T>
__device__ void gate_gradient(const GateGradientArguments<T>& a) {
  __shared__ Acc<T> factors[kGateRows][kMostGateExperts];
  __shared__ Acc<T> dots[kGateRows][kMostGateExperts];
  const int64_t first = blockIdx.x * kGateRows;
  const int64_t rows = rows_of_block(a, first);
  const int64_t width = a.num_experts * a.rank;
  for (int64_t i = threadIdx.x; i < rows * a.num_experts; i += kThreads) {
    factors[i / a.num_experts][i % a.num_experts] = 0;
  }
  __syncthreads();
  for (int64_t i = threadIdx.x; i < rows * a.top_k; i += kThreads) {
    const int64_t row = first + i / a.top_k;
    const int64_t expert = a.indices[first * a.top_k + i];
    const T* hidden = a.hidden + hidden_at(a, row) + expert * a.rank;
    const T* grad = a.grad_gated + row * width + expert * a.rank;
    Acc<T> dot = 0;
    for (int64_t j = 0; j < a.rank; ++j) dot += load(grad[j]) * load(hidden[j]);
    dots[i / a.top_k][i % a.top_k] = a.scaling * dot;
    factors[i / a.top_k][expert] = a.weights[first * a.top_k + i];
  }
  __syncthreads();
  if (threadIdx.x < rows) {
    const int64_t row = first + threadIdx.x;
    logits_gradient_row(a.probabilities + row * a.num_experts, a.weights + row * a.top_k,
                        a.indices + row * a.top_k, dots[threadIdx.x],
                        a.grad_probabilities + row / a.tokens * a.outside_mixture_stride +
                            row % a.tokens * a.outside_stride,
                        a.num_experts, a.top_k, a.grad_logits + logits_at(a, row));
  }
  for (int64_t i = threadIdx.x; i < rows * width; i += kThreads) {
    const int64_t row = i / width;
    const int64_t column = i % width;
    const Acc<T> factor = factors[row][column / a.rank];
    const Acc<T> grad = load(a.grad_gated[first * width + i]);
    store(a.grad_hidden[hidden_at(a, first + row) + column],
          factor == 0 ? 0 : grad * factor * a.scaling);
  }
}

MOLA_CUDA_KERNEL(gate, GateArguments)
MOLA_CUDA_KERNEL(gate_gradient, GateGradientArguments)

}  // namespace mola
