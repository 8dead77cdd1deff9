#include "kernels/cross_entropy.h"
#include "kernels/cuda/device.h"

namespace mola {

template <class T>
__device__ void cross_entropy(const CrossEntropyArguments<T>& a) {
  __shared__ Acc<T> scratch[kWarps];
  T* row = a.logits + blockIdx.x * a.vocab_size;
  const int64_t step = kThreads * kPack<T>;
  const int64_t begin = threadIdx.x * kPack<T>;
  const auto for_each = [&](const auto& act) {
    for (int64_t from = begin; from < a.vocab_size; from += step) {
      auto pack = load_pack(row, from, a.vocab_size);
      for (int64_t i = 0; i < kPack<T> && from + i < a.vocab_size; ++i) act(pack.element[i]);
    }
  };
  Acc<T> most = load(row[0]);
  for_each([&](T value) { most = load(value) > most ? load(value) : most; });
  most = most_of_block(most, scratch);
  Acc<T> sum = 0;
  for_each([&](T value) { sum += exponential(load(value) - most); });
  sum = sum_of_block(sum, scratch);
  const int64_t token = a.tokens[blockIdx.x];
  const auto weight = static_cast<Acc<T>>(a.weights == nullptr ? 1 : a.weights[blockIdx.x]);
  // The host does not look at the tokens: one that is not in the vocabulary makes the loss NaN.
  const bool is_known = token >= 0 && token < a.vocab_size;
  const Acc<T> target = is_known ? load(row[token]) : Acc<T>(float_of(0x7fc00000U));
  __syncthreads();  // before the row is overwritten
  if (threadIdx.x == 0) a.losses[blockIdx.x] = weight * (MOLA_STD::log(sum) + most - target);
  const Acc<T> factor = weight * a.scale / sum;
  for (int64_t from = begin; from < a.vocab_size; from += step) {
    auto pack = load_pack(row, from, a.vocab_size);
    for (int64_t i = 0; i < kPack<T>; ++i) {
      const Acc<T> share = factor * exponential(load(pack.element[i]) - most);
      store(pack.element[i], from + i == token ? share - weight * a.scale : share);
    }
    store_pack(row, from, a.vocab_size, pack);
  }
}

MOLA_CUDA_KERNEL(cross_entropy, CrossEntropyArguments)

}  // namespace mola
