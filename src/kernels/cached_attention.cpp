#include "kernels/cached_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/rotate.h"

namespace mola {
namespace {

// The offset of the keys or values of a token's head in the cache.
inline int64_t cache_offset(const CacheShape& shape, int64_t token, int64_t head) {
  return (shape.slots[token] * shape.key_heads + head) * shape.capacity * shape.head_dim;
}

template <class T>
inline void store_keys(const CacheShape& shape, const T* wide, const T* cos, const T* sin, T* key,
                       T* value, int64_t begin, int64_t end) {
  const int64_t dim = shape.head_dim;
  for (int64_t n = begin; n < end; ++n) {
    const T* keys = wide + n * shape.width() + shape.query_heads * dim;
    const T* values = keys + shape.key_heads * dim;
    for (int64_t h = 0; h < shape.key_heads; ++h) {
      const int64_t place = cache_offset(shape, n, h) + shape.positions[n] * dim;
      rotate_head(keys + h * dim, cos + n * dim, sin + n * dim, key + place, dim / 2);
      std::memcpy(value + place, values + h * dim, dim * sizeof(T));
    }
  }
}

template <class T>
inline Acc<T> dot(const T* a, const T* b, int64_t size) {
  Acc<T> sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += load(a[i]) * load(b[i]);
  return sum;
}

// One query against `count` keys and values: out = softmax(scale q k^T) v. `scores` has room for
// `count` numbers and `sums` for a head.
template <class T>
inline void attend_one(const T* query, const T* key, const T* value, int64_t count, int64_t dim,
                       Acc<T> scale, Acc<T>* scores, Acc<T>* sums, T* out) {
  Acc<T> largest = -INFINITY;
  for (int64_t t = 0; t < count; ++t) {
    scores[t] = scale * dot(query, key + t * dim, dim);
    largest = std::max(largest, scores[t]);
  }
  Acc<T> total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t t = 0; t < count; ++t) {
    scores[t] = exponential(scores[t] - largest);
    total += scores[t];
  }
  std::fill_n(sums, dim, Acc<T>(0));
  for (int64_t t = 0; t < count; ++t) {
    const T* row = value + t * dim;
#pragma omp simd
    for (int64_t i = 0; i < dim; ++i) sums[i] += scores[t] * load(row[i]);
  }
  for (int64_t i = 0; i < dim; ++i) store(out[i], sums[i] / total);
}

template <class T>
inline void attend(const CacheShape& shape, const T* wide, const T* cos, const T* sin, const T* key,
                   const T* value, T* mixed, int64_t begin, int64_t end) {
  const int64_t dim = shape.head_dim;
  const int64_t group = shape.query_heads / shape.key_heads;
  const auto scale = static_cast<Acc<T>>(1 / std::sqrt(static_cast<double>(dim)));
  std::vector<Acc<T>> scores(shape.capacity);
  std::vector<Acc<T>> sums(dim);
  std::vector<T> query(dim);
  for (int64_t row = begin; row < end; ++row) {
    const int64_t n = row / shape.key_heads;
    const int64_t h = row % shape.key_heads;
    const int64_t place = cache_offset(shape, n, h);
    for (int64_t q = h * group; q < (h + 1) * group; ++q) {
      rotate_head(wide + n * shape.width() + q * dim, cos + n * dim, sin + n * dim, query.data(),
                  dim / 2);
      attend_one(query.data(), key + place, value + place, shape.positions[n] + 1, dim, scale,
                 scores.data(), sums.data(), mixed + (n * shape.query_heads + q) * dim);
    }
  }
}

}  // namespace

#define MOLA_CACHED_ATTENTION_KERNELS(T)                                                           \
  MOLA_KERNEL void store_keys_rows(const CacheShape& shape, const T* wide, const T* cos,           \
                                   const T* sin, T* key, T* value, int64_t begin, int64_t end) {   \
    store_keys(shape, wide, cos, sin, key, value, begin, end);                                     \
  }                                                                                                \
  MOLA_KERNEL void attend_rows(const CacheShape& shape, const T* wide, const T* cos, const T* sin, \
                               const T* key, const T* value, T* mixed, int64_t begin,              \
                               int64_t end) {                                                      \
    attend(shape, wide, cos, sin, key, value, mixed, begin, end);                                  \
  }
MOLA_CACHED_ATTENTION_KERNELS(float)
MOLA_CACHED_ATTENTION_KERNELS(BFloat16)
MOLA_CACHED_ATTENTION_KERNELS(double)

}  // namespace mola
