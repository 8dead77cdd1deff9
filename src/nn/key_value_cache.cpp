#include "mola/nn/key_value_cache.h"

namespace mola {

KeyValueCache::KeyValueCache(int64_t layers, int64_t slots, int64_t kv_heads, int64_t capacity,
                             int64_t head_dim, const torch::TensorOptions& options)
    : lengths(slots, 0) {
  TORCH_CHECK(layers > 0 && slots > 0 && capacity > 0, "KeyValueCache: found ", layers, " layers, ",
              slots, " slots and a capacity of ", capacity, ", expected above 0");
  for (int64_t j = 0; j < layers; ++j) {
    keys.push_back(torch::empty({slots, kv_heads, capacity, head_dim}, options));
    values.push_back(torch::empty({slots, kv_heads, capacity, head_dim}, options));
  }
}

}  // namespace mola
