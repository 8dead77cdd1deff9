#include "kernels/cuda/device.h"
#include "kernels/cuda/heads.h"

namespace mola {

// What one thread has: two elements of a head, half of it apart.
struct HeadPair {
  int64_t row;
  int64_t head;
  int64_t column;  // of the first
};

template <class Arguments>
__device__ HeadPair pair_of(const Arguments& a) {
  const int64_t index = thread_index();
  return {index / (a.heads() * a.half), index / a.half % a.heads(), index % a.half};
}

// Rotates the pair at `in` by the angles that the pair's places in its token's row have; back, by
// the transpose.
template <class T, class Arguments>
__device__ void rotate_pair(const Arguments& a, const HeadPair& pair, const T* in, T* out,
                            bool back) {
  const int64_t at = pair.row * 2 * a.half + pair.column;
  const Acc<T> low = load(in[0]);
  const Acc<T> high = load(in[a.half]);
  const Acc<T> sin_low = load(a.sin[at]);
  const Acc<T> sin_high = load(a.sin[at + a.half]);
  store(out[0], low * load(a.cos[at]) - high * (back ? -sin_high : sin_low));
  store(out[a.half], high * load(a.cos[at + a.half]) + low * (back ? -sin_low : sin_high));
}

template <class T>
__device__ void split_heads(const HeadsArguments<T>& a) {
  const auto pair = pair_of(a);
  if (pair.row >= a.rows) return;
  const int64_t size = 2 * a.half;
  const T* in = a.wide + (pair.row * a.heads() + pair.head) * size + pair.column;
  const bool is_query = pair.head < a.query;
  T* out = (is_query ? a.queries + (pair.row * a.query + pair.head) * size
                     : a.keys_values + (pair.row * 2 * a.key_value + pair.head - a.query) * size) +
           pair.column;
  if (pair.head >= a.query + a.key_value) {
    out[0] = in[0];
    out[a.half] = in[a.half];
    return;
  }
  rotate_pair(a, pair, in, out, /*back=*/false);
}

template <class T>
__device__ void split_heads_gradient(const HeadsGradientArguments<T>& a) {
  const auto pair = pair_of(a);
  if (pair.row >= a.rows) return;
  const int64_t size = 2 * a.half;
  T* out = a.dwide + (pair.row * a.heads() + pair.head) * size + pair.column;
  const bool is_query = pair.head < a.query;
  const bool is_value = pair.head >= a.query + a.key_value;
  const T* source = is_query ? a.grad_query : is_value ? a.grad_value : a.grad_key;
  const int64_t stride = is_query ? a.query * size : a.key_stride;
  const int64_t head = is_query ? pair.head : (pair.head - a.query) % a.key_value;
  const T* in = source + pair.row * stride + head * size + pair.column;
  if (is_value) {
    out[0] = in[0];
    out[a.half] = in[a.half];
    return;
  }
  rotate_pair(a, pair, in, out, /*back=*/true);
}

MOLA_CUDA_KERNEL(split_heads, HeadsArguments)
MOLA_CUDA_KERNEL(split_heads_gradient, HeadsGradientArguments)

}  // namespace mola
