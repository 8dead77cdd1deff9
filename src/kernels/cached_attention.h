#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace mola {

/// Tokens that continue sequences whose earlier keys and values are in a cache, each [slots,
/// key_heads, capacity, D]. Queries, keys and values of a token are concatenated in the fused
/// output of their projections, [N, (query_heads + 2 key_heads) D].
struct CacheShape {
  int64_t query_heads;
  int64_t key_heads;
  int64_t head_dim;  ///< D
  int64_t capacity;
  const int64_t* slots;      ///< of each token's sequence, [N]
  const int64_t* positions;  ///< of each token in its sequence, [N]

  int64_t width() const { return (query_heads + 2 * key_heads) * head_dim; }
};

/// `store_keys_rows` stores the keys of tokens begin..end, rotated by the tokens' angles cos and
/// sin [N, D], and their values in the cache. `attend_rows` then lets queries attend to all keys up
/// to their own position, softmax(q k^T / sqrt(D)) v, and writes mixed [N, query_heads D]; its rows
/// are pairs of token and key head, N key_heads in all.
#define MOLA_CACHED_ATTENTION_KERNELS(T)                                                           \
  void store_keys_rows(const CacheShape& shape, const T* wide, const T* cos, const T* sin, T* key, \
                       T* value, int64_t begin, int64_t end);                                      \
  void attend_rows(const CacheShape& shape, const T* wide, const T* cos, const T* sin,             \
                   const T* key, const T* value, T* mixed, int64_t begin, int64_t end);
MOLA_CACHED_ATTENTION_KERNELS(float)
MOLA_CACHED_ATTENTION_KERNELS(BFloat16)
MOLA_CACHED_ATTENTION_KERNELS(double)
#undef MOLA_CACHED_ATTENTION_KERNELS

}  // namespace mola
