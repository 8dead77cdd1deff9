#include "mola/ops/key_value_cache.h"

#include <algorithm>

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

void KeyValueCache::reserve(int64_t tokens) {
  if (tokens <= capacity()) return;
  const int64_t wanted = std::max(tokens, 2 * capacity());  // so that it rarely grows
  for (auto* layers : {&keys, &values}) {
    for (auto& layer : *layers) {
      auto shape = layer.sizes().vec();
      shape[2] = wanted;
      const auto grown = torch::empty(shape, layer.options());
      grown.narrow(2, 0, layer.size(2)).copy_(layer);
      layer = grown;
    }
  }
}

void KeyValueCache::copy_slot(int64_t from, int64_t to) {
  const int64_t length = lengths.at(from);
  for (auto* layers : {&keys, &values}) {
    for (auto& layer : *layers) {
      layer[to].narrow(1, 0, length).copy_(layer[from].narrow(1, 0, length));
    }
  }
  lengths.at(to) = length;
}

}  // namespace mola
