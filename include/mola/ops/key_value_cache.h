#pragma once

#include <torch/types.h>

#include <vector>

namespace mola {

/// The keys and values of sequences that are continued token by token, so that nothing of an
/// earlier token is computed again. Each sequence has a slot of its own; one that has ended leaves
/// its slot to another.
struct KeyValueCache {
  /// `options` are dtype and device of the model.
  KeyValueCache(int64_t layers, int64_t slots, int64_t kv_heads, int64_t capacity, int64_t head_dim,
                const torch::TensorOptions& options);

  int64_t capacity() const { return keys[0].size(2); }

  /// Makes room for sequences of `tokens`; what the slots hold stays.
  void reserve(int64_t tokens);

  /// Makes the slot `to` hold what `from` holds.
  void copy_slot(int64_t from, int64_t to);

  std::vector<torch::Tensor> keys;    ///< for each layer [slots, kv_heads, capacity, D], turned
  std::vector<torch::Tensor> values;  ///< the same shape
  std::vector<int64_t> lengths;       ///< tokens that each slot holds; 0 empties it
};

/// Which sequences of a cache a forward pass continues.
struct CachedSequences {
  KeyValueCache* cache;
  std::vector<int64_t> slots;  ///< of each sequence, no slot twice
  int64_t layer = 0;           ///< the decoder layer that runs now
};

}  // namespace mola
