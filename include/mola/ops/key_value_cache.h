#pragma once

#include <torch/types.h>

#include <vector>

namespace mola {

/// The keys and values of sequences that are generated token by token, so that earlier tokens are
/// not recomputed. Each sequence has its own slot; a finished sequence frees its slot for another.
struct KeyValueCache {
  /// `options` are dtype and device of the model. Throws `c10::Error` for no layers, no slots or a
  /// capacity of 0.
  KeyValueCache(int64_t layers, int64_t slots, int64_t kv_heads, int64_t capacity, int64_t head_dim,
                const torch::TensorOptions& options);

  /// The number of tokens that a slot can hold.
  int64_t capacity() const { return keys[0].size(2); }

  /// Increases the capacity to at least `tokens`, and keeps the contents of the slots.
  void reserve(int64_t tokens);

  /// Copies the contents of slot `from` to slot `to`.
  void copy_slot(int64_t from, int64_t to);

  std::vector<torch::Tensor> keys;    ///< per layer [slots, kv_heads, capacity, D], rotated
  std::vector<torch::Tensor> values;  ///< the same shape
  std::vector<int64_t> lengths;       ///< tokens in each slot; 0 empties it
};

/// The sequences of a cache that a forward pass continues.
struct CachedSequences {
  KeyValueCache* cache;
  std::vector<int64_t> slots;  ///< of each sequence, all different
  int64_t layer = 0;           ///< the current decoder layer
};

}  // namespace mola
