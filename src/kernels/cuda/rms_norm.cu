#include "kernels/cuda/device.h"
#include "kernels/rms_norm.h"

namespace mola {

template <class T>
__device__ void rms_norm(const RmsNormArguments<T>& a) {
  __shared__ Acc<T> scratch[kWarps];
  const int64_t row = blockIdx.x * a.size;
  const int64_t step = kThreads * kPack<T>;
  Acc<T> squares = 0;
  for (int64_t from = threadIdx.x * kPack<T>; from < a.size; from += step) {
    auto sum = load_pack(a.x + row, from, a.size);
    if (a.delta != nullptr) {
      const auto delta = load_pack(a.delta + row, from, a.size);
      for (int64_t i = 0; i < kPack<T>; ++i) {
        store(sum.element[i], load(sum.element[i]) + load(delta.element[i]));
      }
      store_pack(a.sum + row, from, a.size, sum);
    }
    for (int64_t i = 0; i < kPack<T>; ++i) squares += load(sum.element[i]) * load(sum.element[i]);
  }
  const auto mean = sum_of_block(squares, scratch) / static_cast<Acc<T>>(a.size);
  const Acc<T> factor = 1 / MOLA_STD::sqrt(mean + a.eps);
  if (threadIdx.x == 0) a.inverse[blockIdx.x] = factor;
  const T* normed = a.delta != nullptr ? a.sum : a.x;  // each thread reads what it wrote itself
  for (int64_t from = threadIdx.x * kPack<T>; from < a.size; from += step) {
    auto y = load_pack(normed + row, from, a.size);
    const auto weight = load_pack(a.weight, from, a.size);
    for (int64_t i = 0; i < kPack<T>; ++i) {
      store(y.element[i], load(weight.element[i]) * (load(y.element[i]) * factor));
    }
    store_pack(a.y + row, from, a.size, y);
  }
}

template <class T>
__device__ void rms_norm_gradient(const RmsNormGradientArguments<T>& a) {
  __shared__ Acc<T> scratch[kWarps];
  const int64_t row = blockIdx.x * a.size;
  const int64_t step = kThreads * kPack<T>;
  Acc<T> product = 0;
  for (int64_t from = threadIdx.x * kPack<T>; from < a.size; from += step) {
    const auto dy = load_pack(a.dy + row, from, a.size);
    const auto x = load_pack(a.sum + row, from, a.size);
    const auto weight = load_pack(a.weight, from, a.size);
    for (int64_t i = 0; i < kPack<T>; ++i) {
      product += load(dy.element[i]) * load(weight.element[i]) * load(x.element[i]);
    }
  }
  const Acc<T> factor = a.inverse[blockIdx.x];
  const Acc<T> pull =
      sum_of_block(product, scratch) / static_cast<Acc<T>>(a.size) * factor * factor;
  for (int64_t from = threadIdx.x * kPack<T>; from < a.size; from += step) {
    const auto dy = load_pack(a.dy + row, from, a.size);
    const auto x = load_pack(a.sum + row, from, a.size);
    const auto weight = load_pack(a.weight, from, a.size);
    PackOf<T> more = {};
    if (a.more != nullptr) more = load_pack(a.more + row, from, a.size);
    PackOf<T> dx;
    PackOf<T> y;
    for (int64_t i = 0; i < kPack<T>; ++i) {
      store(y.element[i], load(weight.element[i]) * (load(x.element[i]) * factor));
      const Acc<T> own =
          factor * (load(dy.element[i]) * load(weight.element[i]) - load(x.element[i]) * pull);
      store(dx.element[i], a.more != nullptr ? load(more.element[i]) + own : own);
    }
    store_pack(a.dx + row, from, a.size, dx);
    if (a.y != nullptr) store_pack(a.y + row, from, a.size, y);
  }
}

MOLA_CUDA_KERNEL(rms_norm, RmsNormArguments)
MOLA_CUDA_KERNEL(rms_norm_gradient, RmsNormGradientArguments)

}  // namespace mola
